//! Tables 1 to 3: every start, radius and box of the report.

use super::Summary;
use crate::grid::Grid;
use mpec::pessimistic::{
    PessimisticOptions, PessimisticSolution, Problem, Radii, Sample, Sense, solve,
};
use serde_json::{Value, json};
use stackelberg_tests::problems::pessimistic::{TableRow, exact, example_1, example_4, table};
use stopping::CancelToken;

/// Solved means a value of at most this.
pub const SOLVED: f64 = 1e-6;
/// Values may differ from the exact ones by this, relative to 1 + |ϑ|.
const WRONG: f64 = 1e-6;
/// Nearer to a cliff than this either side counts as right.
const NEAR: f64 = 1e-9;

/// A row of the report with our run.
#[derive(Debug)]
pub struct Row {
    pub table: usize,
    pub published: TableRow,
    pub solution: PessimisticSolution,
    /// Evaluations with a value that no point nearby has.
    pub wrong_branches: usize,
}

impl Row {
    /// Played with a value of at most 10⁻⁶, claimed and supported.
    pub fn is_solved(&self) -> bool {
        self.solution.status.is_success() && self.solution.played.value <= SOLVED
    }

    pub fn json(&self) -> Value {
        let (p, s) = (&self.published, &self.solution);
        json!({
            "table": self.table, "rhobeg": p.rhobeg, "rhoend": p.rhoend, "start": format!("{:?}", p.start),
            "bounds": format!("{:?}", p.bounds), "published_theta": p.theta,
            "published_evaluations": p.evaluations, "published_inner_failures": p.inner_failures,
            "played": format!("{:?}", s.played.x), "theta": s.played.value,
            "infimum": s.infimum, "attained": s.attained, "bobyqa_evaluations": s.counts.bobyqa,
            "evaluations": s.counts.evaluations, "inner_failures": s.counts.inner_failures,
            "wrong_branches": self.wrong_branches, "evidence": s.played.evidence.to_string(),
            "enlarged_radius": s.enlarged_radius, "status": s.status.to_string(),
            "seconds": s.seconds, "solved": self.is_solved(),
        })
    }
}

/// Every `step`-th row of a table; the example that belongs to it has another number.
pub fn run(table_number: usize, step: usize, cancel: &CancelToken) -> crate::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for published in table(table_number).into_iter().step_by(step) {
        if cancel.is_cancelled() {
            break;
        }
        let example = [1, 2, 4][table_number - 1];
        let radii = Radii {
            first: published.rhobeg,
            last: published.rhoend,
        };
        let solution = solve_example(example, &published.start, published.bounds, radii)?;
        rows.push(Row {
            table: table_number,
            wrong_branches: wrong_branches(example, &solution.history),
            published,
            solution,
        });
    }
    Ok(rows)
}

/// Example 1, 2, or 4 through the real inner solver.
pub fn solve_example(
    example: usize,
    start: &[f64],
    bounds: [f64; 2],
    radii: Radii,
) -> crate::Result<PessimisticSolution> {
    let options = PessimisticOptions {
        sense: if example == 2 {
            Sense::Optimistic
        } else {
            Sense::Pessimistic
        },
        start: start.to_vec(),
        radii: Some(radii),
        ..PessimisticOptions::default()
    };
    Ok(if example == 4 {
        let model = example_4(bounds[0], bounds[1]);
        solve(&Problem::argmin(&model)?, &options)?
    } else {
        let model = example_1();
        let n = start.len();
        let problem = Problem::complementarity(&model, n)?;
        solve(
            &problem.within(&vec![bounds[0]; n], &vec![bounds[1]; n])?,
            &options,
        )?
    })
}

/// Evaluations whose value is that of no point within [`NEAR`] in each coordinate.
pub fn wrong_branches(example: usize, history: &[Sample]) -> usize {
    let is_wrong = |sample: &&Sample| {
        let n = sample.x.len();
        let shifts = (0..3_usize.pow(n as u32)).map(|k| -> Vec<f64> {
            let shift = |i: usize| ((k / 3_usize.pow(i as u32)) % 3) as f64 - 1.0;
            (0..n).map(|i| sample.x[i] + NEAR * shift(i)).collect()
        });
        sample.value.is_finite()
            && shifts
                .map(|x| exact(example, &x))
                .all(|value| (value - sample.value).abs() > WRONG * (1.0 + value.abs()))
    };
    history.iter().filter(is_wrong).count()
}

/// Enters the counts.
pub fn summarize(tables: &[Vec<Row>], summary: &mut Summary) {
    for (k, rows) in tables.iter().enumerate() {
        let solved = rows.iter().filter(|row| row.is_solved()).count();
        summary.count(&format!("table{}_solved", k + 1), solved);
        summary.count(&format!("table{}_total", k + 1), rows.len());
    }
    let all = || tables.iter().flatten();
    let sum = |of: &dyn Fn(&Row) -> usize| all().map(of).sum();
    summary.count(
        "inner_failures",
        sum(&|row| row.solution.counts.inner_failures),
    );
    summary.count("wrong_branches", sum(&|row| row.wrong_branches));
    summary.count(
        "table_evaluations",
        sum(&|row| row.solution.counts.evaluations),
    );
}

/// One row each, the report's figures beside ours.
pub fn grid(rows: &[Row]) -> Grid {
    let mut grid = Grid::new(
        4,
        [
            "RHOBEG",
            "RHOEND",
            "x⁰",
            "box",
            "report x̂",
            "report ϑ",
            "NFV",
            "IF",
            "ours x̃",
            "ours ϑ",
            "NFV",
            "all",
            "IF",
            "wrong",
            "attained",
        ],
    );
    for row in rows {
        let (p, s) = (&row.published, &row.solution);
        let mark = |theta: f64| if theta <= SOLVED { "" } else { "≠ " };
        let attained = match s.attained {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        };
        grid.push(vec![
            format!("{:.0e}", p.rhobeg),
            format!("{:.0e}", p.rhoend),
            vector(&p.start, 0),
            format!("±{}", p.bounds[1]),
            vector(&p.x, 2),
            format!("{}{:.2e}", mark(p.theta), p.theta),
            count(p.evaluations),
            count(p.inner_failures),
            vector(&s.played.x, 2),
            format!("{}{:.2e}", mark(s.played.value), s.played.value),
            s.counts.bobyqa.to_string(),
            s.counts.evaluations.to_string(),
            s.counts.inner_failures.to_string(),
            row.wrong_branches.to_string(),
            attained.to_string(),
        ]);
    }
    grid
}

fn vector(x: &[f64], digits: usize) -> String {
    let entry = |v: &f64| match digits {
        0 => format!("{v}"),
        _ => format!("{v:.digits$e}"),
    };
    x.iter().map(entry).collect::<Vec<_>>().join(", ")
}

fn count(value: f64) -> String {
    if value.is_finite() {
        format!("{value}")
    } else {
        "–".to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_other_side_is_wrong_unless_the_cliff_is_near() {
        let sample = |x: f64, value: f64| Sample { x: vec![x], value };
        let history = [
            sample(-0.5, 0.25),
            sample(-0.5, 1.25),
            sample(-1e-12, 1.0),
            sample(-1e-6, 1.0),
            sample(0.5, f64::NAN),
        ];
        assert_eq!(wrong_branches(1, &history), 2);
        assert_eq!(
            wrong_branches(
                4,
                &[Sample {
                    x: vec![-1e-12, 1.0],
                    value: 6.0
                }]
            ),
            0
        );
    }
}
