//! Tables like those of the paper.

use super::compare::Comparison;
use super::published::{Published, TABLE2};
use super::record::Record;
use super::selection::{Variant, lambda_name};
use super::summary::{Rates, Y_NEAR_XI, rates};
use crate::grid::{Grid, or_dash, percent, small, value};
use std::collections::BTreeMap;

/// Like Table 1: one row a problem and λ, from the first start that was run; the published run of the
/// same start beside each variant. `=` marks F that agree, `≠` F that differ.
pub fn table1(records: &[Record]) -> Grid {
    let ran = |v: Variant| records.iter().any(|r| r.variant == v);
    let mut variants: Vec<Variant> = Variant::ALL.into_iter().filter(|v| ran(*v)).collect();
    if variants.len() == Variant::ALL.len() {
        // Two fit on a terminal; the released variant is in the summary and in the files.
        variants.retain(|v| *v != Variant::Released);
    }
    let mut header: Vec<String> = ["problem", "known", "λ", "paper\nF", "\n‖Φ‖"]
        .map(Into::into)
        .into();
    for variant in &variants {
        header.extend([
            format!("{}\nF", variant.name()),
            " ".into(),
            "\n‖Φ‖".into(),
            "\nit".into(),
            "\nµs".into(),
        ]);
    }
    let mut grid = Grid::new(1, header);
    let mut rows: BTreeMap<(usize, u64), Vec<&Record>> = BTreeMap::new();
    for record in records {
        // Positive numbers and their bits have the same order.
        let row = rows
            .entry((record.number, record.lambda.to_bits()))
            .or_default();
        row.push(record);
    }
    let mut last = 0;
    for row in rows.values() {
        let Some(start) = row.iter().map(|r| r.start).min() else {
            continue;
        };
        let find = |v: Variant| row.iter().find(|r| r.start == start && r.variant == v);
        let Some(any) = row.iter().find(|r| r.start == start) else {
            continue;
        };
        let is_first = any.number != last;
        last = any.number;
        let known = bolib::problem(any.problem)
            .ok()
            .and_then(|p| p.reference.published);
        let mut cells = vec![
            if is_first {
                abridged(any.problem)
            } else {
                String::new()
            },
            if is_first {
                or_dash(known, value)
            } else {
                String::new()
            },
            lambda_name(any.lambda),
            or_dash(any.published_objective, value),
            or_dash(any.published_residual, small),
        ];
        for variant in &variants {
            cells.extend(match find(*variant) {
                Some(r) => [
                    value(r.objective),
                    r.comparison.mark().into(),
                    small(r.residual),
                    r.iterations.to_string(),
                    format!("{:.0}", r.microseconds),
                ],
                None => Default::default(),
            });
        }
        grid.push(cells);
    }
    grid
}

/// At most 24 letters, so that a row fits on the terminal.
fn abridged(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= 24 {
        return name.to_string();
    }
    let (head, tail) = (&letters[..13], &letters[letters.len() - 10..]);
    head.iter().chain(['…'].iter()).chain(tail).collect()
}

/// Like Table 2: for each λ the share of runs of one variant; last the medians.
pub fn table2(records: &[Record], variant: Variant) -> Grid {
    let lambdas = lambdas(records);
    let mut header = vec![format!("{} variant", variant.name())];
    header.extend(lambdas.iter().map(|l| format!("λ = {}", lambda_name(*l))));
    header.push("all".into());
    let mut columns: Vec<Rates> = lambdas
        .iter()
        .map(|l| rates(records, |r| r.variant == variant && r.lambda == *l))
        .collect();
    columns.push(rates(records, |r| r.variant == variant));
    let mut grid = Grid::new(1, header);
    let mut row = |name: &str, cell: &dyn Fn(&Rates) -> String| {
        let mut cells = vec![name.to_string()];
        cells.extend(columns.iter().map(cell));
        grid.push(cells);
    };
    row("runs", &|r| r.runs.to_string());
    let converged = format!("‖Φ‖ ≤ {:e}", variant.tolerance());
    row(&converged, &|r| percent(r.converged));
    row("at most 200 iterations", &|r| {
        percent(r.within_200_iterations)
    });
    row("at most 300 iterations", &|r| {
        percent(r.within_300_iterations)
    });
    row("at most 0.5 s", &|r| percent(r.within_half_a_second));
    row("at most 1 s", &|r| percent(r.within_a_second));
    row("last step a full step", &|r| percent(r.full_steps));
    row(&format!("y ≈ ξ to {Y_NEAR_XI}"), &|r| {
        percent(r.y_near_xi)
    });
    row("median iterations", &|r| format!("{}", r.median_iterations));
    row("median time, µs", &|r| {
        format!("{:.0}", r.median_microseconds)
    });
    grid
}

/// Table 2 as printed, in percent of its 124 problems, with y ≈ ξ and ‖Φ‖ recounted in the supplement.
pub fn published_table2(published: &Published) -> Grid {
    let header = ["paper", "λ = 1/9", "λ = 1/3", "λ = 1", "λ = 3", "λ = 9"];
    let mut grid = Grid::new(1, header);
    let mut row = |name: &str, shares: [f64; 5]| {
        let mut cells = vec![name.to_string()];
        cells.extend(shares.map(percent));
        grid.push(cells);
    };
    let recounted = |holds: &dyn Fn(&super::published::PublishedRun) -> bool| {
        [-2, -1, 0, 1, 2].map(|k| {
            let runs = published.runs().map(|(_, r)| r).filter(|r| r.exponent == k);
            let (all, good) = runs.fold((0, 0), |(n, g), r| (n + 1, g + usize::from(holds(r))));
            good as f64 / all as f64
        })
    };
    row("‖Φ‖ ≤ 1e-6 (supplement)", recounted(&|r| r.has_converged()));
    let printed = |counts: [u32; 5]| counts.map(|c| f64::from(c) / 124.0);
    row(
        "at most 200 iterations",
        printed(TABLE2.within_200_iterations),
    );
    row(
        "at most 300 iterations",
        printed(TABLE2.within_300_iterations),
    );
    row("at most 0.5 s", printed(TABLE2.within_half_a_second));
    row("at most 1 s", printed(TABLE2.within_a_second));
    row("last step a full step", printed(TABLE2.full_steps));
    row("y ≈ ξ as printed", printed(TABLE2.y_near_xi));
    let near = recounted(&|r| r.err_yxi.is_some_and(|e| e <= Y_NEAR_XI));
    row(&format!("y ≈ ξ to {Y_NEAR_XI} (supplement)"), near);
    grid
}

/// How many runs of each variant differ from the published ones, by reason.
pub fn differences(records: &[Record]) -> Grid {
    let mut counts: BTreeMap<&str, [usize; Variant::ALL.len()]> = BTreeMap::new();
    for r in records
        .iter()
        .filter(|r| r.comparison == Comparison::Differs)
    {
        counts.entry(&r.reason).or_default()[r.variant as usize] += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, n)| std::cmp::Reverse(n.iter().sum::<usize>()));
    let mut header = vec!["why F differs from the published value"];
    header.extend(Variant::ALL.map(Variant::name));
    let mut grid = Grid::new(1, header);
    for (reason, n) in rows {
        let mut cells = vec![reason.to_string()];
        cells.extend(n.map(|n| n.to_string()));
        grid.push(cells);
    }
    grid
}

/// The published runs of the chosen problems that cannot be compared, with the reason.
pub fn not_comparable(published: &Published, names: &[&str]) -> Grid {
    let mut grid = Grid::new(2, ["not comparable", "reason", "rows"]);
    for problem in names.iter().filter_map(|name| published.problem(name)) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for obstacle in problem.runs.iter().filter_map(|r| problem.obstacle(r)) {
            *counts.entry(obstacle).or_default() += 1;
        }
        for (reason, n) in counts {
            grid.push(vec![
                format!("`{}`", problem.name),
                reason.to_string(),
                n.to_string(),
            ]);
        }
    }
    grid
}

/// The parameters of the records, ascending.
pub fn lambdas(records: &[Record]) -> Vec<f64> {
    let mut list: Vec<f64> = records.iter().map(|r| r.lambda).collect();
    list.sort_by(f64::total_cmp);
    list.dedup();
    list
}

#[cfg(test)]
mod tests {
    use super::super::record::example;
    use super::*;

    #[test]
    fn the_widest_row_of_the_main_table_fits_on_120_columns() {
        let mut records = Vec::new();
        for variant in Variant::ALL {
            let mut r = example("LamparielloSagratella2017Ex31", 0, 1.0 / 9.0, variant);
            (r.objective, r.published_objective) = (-6600.0, Some(-6600.0));
            (r.residual, r.published_residual) = (2.3e-10, Some(2.3e-10));
            (r.iterations, r.microseconds) = (1000, 123_456.0);
            r.comparison = Comparison::Differs;
            records.push(r);
        }
        let text = table1(&records).terminal();
        let widest = text.lines().map(|l| l.chars().count()).max().unwrap();
        assert!(widest <= 120, "{widest}\n{text}");
        assert!(text.contains("LamparielloSa…la2017Ex31"), "{text}");
    }

    #[test]
    fn only_the_first_start_is_shown_and_a_name_stands_once() {
        let records: Vec<Record> = [(0, 1.0), (1, 1.0), (0, 3.0), (1, 3.0)]
            .map(|(start, lambda)| example("Bard1988Ex1", start, lambda, Variant::Published))
            .into();
        let text = table1(&records).terminal();
        assert_eq!(text.matches("Bard1988Ex1").count(), 1);
        assert_eq!(text.lines().count(), 2 + 2);
    }

    #[test]
    fn reasons_are_counted_for_each_variant() {
        let mut records = vec![example("P", 0, 1.0, Variant::Production); 3];
        for r in &mut records[1..] {
            r.comparison = Comparison::Differs;
            r.reason = "higher F".into();
        }
        let text = differences(&records).markdown();
        assert!(text.contains("| higher F | 0 | 0 | 2 |"), "{text}");
    }

    #[test]
    fn rows_that_cannot_be_compared_are_listed() {
        let published = Published::read(&crate::root()).unwrap();
        let names = ["AllendeStill2013", "Bard1988Ex1", "CalamaiVicente1994a"];
        let text = not_comparable(&published, &names).markdown();
        assert!(text.contains("| `AllendeStill2013` |") && text.contains("| 10 |"));
        assert_eq!(text.matches("CalamaiVicente1994a").count(), 3);
        assert!(!text.contains("Bard"));
    }
}
