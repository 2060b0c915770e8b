//! Tables of the job, for the terminal and for the page.

use super::judge::reference;
use super::record::Record;
use crate::grid::{Grid, small};
use mpec::bilevel::Verdict;

/// One row a problem.
pub fn all(records: &[&Record]) -> Grid {
    let header = [
        "problem",
        "status",
        "reference",
        "F",
        "gap ≤",
        "gap found",
        "violation",
        "boxes",
        "ms",
        "evaluations",
        "runs",
        "refuted",
    ];
    let mut grid = Grid::new(2, header);
    for r in records {
        let s = &r.solution;
        let mark = match (r.has_reference(), r.has_reached(), r.is_better()) {
            (true, false, _) => "≠ ",
            (_, _, true) => "< ",
            _ => "",
        };
        let judged = |read: &dyn Fn(&super::judge::Judgement) -> String| {
            r.judgement.as_ref().map_or("–".to_string(), read)
        };
        grid.push(vec![
            format!(
                "{}`{}`",
                if r.is_refuted() { "‼ " } else { "" },
                r.problem.name
            ),
            format!("{:?}", s.status),
            reference(r.problem).map_or("–".into(), number),
            format!("{mark}{}", judged(&|j| number(j.objective))),
            s.gap().map_or("–".into(), small),
            judged(&|j| small(j.gap)),
            judged(&|j| small(j.violation)),
            s.certificate
                .as_ref()
                .map_or("–".into(), |c| c.boxes.to_string()),
            format!("{:.1}", 1e3 * r.seconds.cpu),
            r.evaluations.to_string(),
            s.runs.to_string(),
            s.refuted.to_string(),
        ]);
    }
    grid
}

/// Points better than the reference, with both certificates.
pub fn better(records: &[&Record]) -> Grid {
    let header = [
        "problem",
        "evidence",
        "point (x; y)",
        "reference",
        "F",
        "proved gap ≤",
        "grid points",
        "other runs",
        "gap found by these",
    ];
    let mut grid = Grid::new(3, header);
    for r in records.iter().filter(|r| r.is_better()) {
        let Some(j) = &r.judgement else { continue };
        grid.push(vec![
            format!("`{}`", r.problem.name),
            r.problem.reference.evidence.to_string(),
            format!("{}; {}", point(&r.solution.x), point(&r.solution.y)),
            reference(r.problem).map_or("–".into(), number),
            number(j.objective),
            r.solution.gap().map_or("no proof".into(), small),
            j.search.grid_points.to_string(),
            j.search.runs.to_string(),
            small(j.gap),
        ]);
    }
    grid
}

/// Problems without a reference, and what the driver says of them.
pub fn without_reference(records: &[&Record]) -> Grid {
    let header = [
        "problem",
        "catalogue",
        "status",
        "lower level",
        "reasons",
        "F",
    ];
    let mut grid = Grid::new(5, header);
    for r in records.iter().filter(|r| !r.has_reference()) {
        let s = &r.solution;
        let verdict = match s.certificate.as_ref().map(|c| &c.verdict) {
            Some(Verdict::Refuted { value, .. }) => format!("refuted, f = {value:.1e} is reached"),
            Some(verdict) => verdict.to_string(),
            None => "no point".into(),
        };
        let objective = r
            .judgement
            .as_ref()
            .map_or("–".into(), |j| number(j.objective));
        grid.push(vec![
            format!("`{}`", r.problem.name),
            r.problem.reference.evidence.to_string(),
            format!("{:?}", s.status),
            verdict,
            s.reasons
                .iter()
                .map(|r| r.to_string())
                .collect::<Vec<_>>()
                .join("; "),
            objective,
        ]);
    }
    grid
}

/// Problems that some seed does not solve, with the spread of F over the seeds.
pub fn spread(runs: &[Record], seeds: u64) -> Grid {
    let mut grid = Grid::new(
        1,
        [
            "problem",
            "reached",
            "of",
            "reference",
            "smallest F",
            "largest F",
        ],
    );
    for first in runs.iter().filter(|r| r.seed == 0 && r.has_reference()) {
        let own = runs.iter().filter(|r| r.problem.name == first.problem.name);
        let reached = own.clone().filter(|r| r.has_reached()).count();
        if reached as u64 == seeds {
            continue;
        }
        let values = own.filter_map(|r| r.judgement.as_ref().map(|j| j.objective));
        let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
            (lo.min(v), hi.max(v))
        });
        grid.push(vec![
            format!("`{}`", first.problem.name),
            reached.to_string(),
            seeds.to_string(),
            reference(first.problem).map_or("–".into(), number),
            number(lo),
            number(hi),
        ]);
    }
    grid
}

/// Seven digits without trailing zeros.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    if value != 0.0 && !(1e-4..1e6).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let text = format!("{value:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" {
        "0".into()
    } else {
        short.into()
    }
}

fn point(entries: &[f64]) -> String {
    let words: Vec<String> = entries.iter().map(|v| number(*v)).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(-49.0), "-49");
        assert_eq!(number(0.0019), "0.0019");
        assert_eq!(number(-1e-9), "-1.00e-9");
        assert_eq!(number(f64::NAN), "–");
        assert_eq!(point(&[0.5, 1.0]), "0.5, 1");
    }
}
