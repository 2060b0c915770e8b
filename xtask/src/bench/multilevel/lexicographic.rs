//! The stored problems with several objectives, from all their starts.

use super::{METHODS, Part, levels, options};
use crate::bench::summary::Summary;
use crate::grid::Grid;
use crate::interrupt;
use crate::profile::Outcome;
use serde::Serialize;
use stackelberg_tests::problems::lexicographic::{self, Problem};
use trust_region::multilevel::{Certificate, Verdict, certify, solve};

/// One method from one start.
#[derive(Clone, Debug, Serialize)]
struct Run {
    part: &'static str,
    problem: String,
    start: usize,
    solver: &'static str,
    variables: usize,
    status: String,
    claimed: bool,
    /// The point is a solution of the problem to 1e-4.
    correct: bool,
    /// What the certificate says.
    verdict: String,
    iterations: usize,
    microseconds: f64,
}

impl Run {
    /// The run converged to a solution; on the degenerate problem it has to be called so, by the certificate.
    fn solved(&self, is_degenerate: bool) -> bool {
        if is_degenerate {
            return self.verdict == format!("{:?}", Verdict::DegenerateLower);
        }
        self.claimed && self.correct
    }

    fn outcome(&self, is_degenerate: bool) -> Outcome {
        Outcome {
            problem: format!("{} {}", self.problem, self.start),
            solver: self.solver.into(),
            variables: self.variables,
            claimed: self.claimed,
            solved: self.solved(is_degenerate),
            measure: f64::NAN,
            solves: 1,
            costs: vec![self.iterations as f64, self.microseconds],
            history: Vec::new(),
        }
    }
}

/// The stored prototypes beside our methods.
const STORED: [(&str, &str); 2] = [
    ("c_P1gn_L", "prototype:\ndecrease"),
    ("d_REST", "prototype:\nrestoration"),
];

/// Runs the part.
pub fn run(summary: &mut Summary, stride: usize) -> crate::Result<Part> {
    let problems: Vec<Problem> = lexicographic::problems()
        .into_iter()
        .step_by(stride)
        .collect();
    let mut header = vec![
        "problem".to_string(),
        "n".into(),
        "levels".into(),
        "starts".into(),
    ];
    header.extend(STORED.map(|(_, title)| format!("{title}\nright, it")));
    header.extend(METHODS.map(|(name, _)| format!("{name}\nright, it")));
    header.push("verdict".into());
    let mut table = Grid::new(1, header);
    let (mut runs, mut outcomes) = (Vec::new(), Vec::new());
    let (mut solved, mut starts) = ([0; METHODS.len()], 0);
    for problem in &problems {
        starts += problem.starts.len();
        let mut row = vec![
            problem.name.clone(),
            problem.nvar.to_string(),
            problem.levels.len().to_string(),
            problem.starts.len().to_string(),
        ];
        row.extend(STORED.map(|(variant, _)| {
            let runs = &problem.baselines[variant];
            let right = runs.iter().filter(|r| r.is_correct).count();
            format!(
                "{right}, {}",
                runs.iter().map(|r| r.iterations).sum::<f64>()
            )
        }));
        let mut verdicts = Vec::new();
        for (k, (name, method)) in METHODS.into_iter().enumerate() {
            let mut of_method = Vec::new();
            for start in 0..problem.starts.len() {
                if interrupt::token().is_cancelled() {
                    return Err("interrupted".into());
                }
                of_method.push(record(problem, start, name, method)?);
            }
            let right = of_method.iter().filter(|r| r.solved(problem.is_degenerate));
            let right = right.count();
            solved[k] += right;
            let iterations: usize = of_method.iter().map(|r| r.iterations).sum();
            row.push(format!("{right}, {iterations}"));
            if k == 0 {
                verdicts = of_method.iter().map(|r| r.verdict.clone()).collect();
                verdicts.dedup();
            }
            let outcome = |r: &Run| r.outcome(problem.is_degenerate);
            outcomes.extend(of_method.iter().map(outcome));
            runs.extend(of_method);
        }
        row.push(verdicts.join(", "));
        table.push(row);
    }
    summary.count("lexicographic_starts", starts);
    summary.count("lexicographic_solved", solved[0]);
    summary.count("lexicographic_decrease_solved", solved[1]);
    summary.count("lexicographic_restoration_solved", solved[2]);
    let false_claims = runs
        .iter()
        .filter(|r| r.claimed && !r.correct && r.verdict == "LocalOnly");
    summary.count("lexicographic_false_claims", false_claims.count());
    Ok(Part {
        title: "Objectives in an order of importance",
        text: "Starts from which a method claims convergence and ends within 1e-4 (1 + ‖x*‖) of a \
            solution, and the sum of its iterations over all starts. *both* is the default: successive \
            decrease, and restoration where it fails. On `quartic_degenerate`, whose lower Hessian vanishes \
            on the set of minimizers, a start counts as right when the certificate calls the point \
            `DegenerateLower`. The verdict is that of the certificate at the points of *both*."
            .into(),
        table,
        outcomes,
        records: runs.iter().map(serde_json::to_value).collect::<Result<_, _>>()?,
    })
}

fn record(
    problem: &Problem,
    start: usize,
    name: &'static str,
    method: trust_region::multilevel::Method,
) -> crate::Result<Run> {
    let levels = levels(problem.models())?;
    let x0 = &problem.starts[start];
    let solution = solve(&levels, x0, &options(method))?;
    let certificate: Certificate = certify(&levels, &solution.x, Some(x0), 1)?;
    Ok(Run {
        part: "lexicographic",
        problem: problem.name.clone(),
        start,
        solver: name,
        variables: problem.nvar,
        status: solution.status.to_string(),
        claimed: solution.status.is_success(),
        correct: problem.is_solution(&solution.x),
        verdict: format!("{:?}", certificate.verdict),
        iterations: solution.iterations,
        microseconds: 1e6 * solution.seconds,
    })
}
