//! One problem solved with one seed.

use super::clock::{Seconds, timed};
use super::judge::{Judgement, judge, reference};
use bolib::Problem;
use mpec::bilevel::{BilevelOptions, BilevelSolution, BilevelStatus, CertificateOptions, certify};
use nlp_model::{Bilevel, TwiceSmooth};
use serde_json::{Value, json};

/// One run and what is true of its point.
#[derive(Clone, Debug)]
pub struct Record {
    pub problem: &'static Problem,
    pub seed: u64,
    pub solution: BilevelSolution,
    /// Of the fastest solve.
    pub seconds: Seconds,
    /// Evaluations of functions and derivatives of both levels, as the models count them.
    pub evaluations: u64,
    /// Of the proof at the point returned, made once more.
    pub certificate_seconds: Seconds,
    /// None when no point was returned.
    pub judgement: Option<Judgement>,
}

/// Solves a problem `repeat` times, each time with a model that knows nothing yet, and judges the point.
pub fn solve(problem: &'static Problem, seed: u64, args: &super::Args) -> crate::Result<Record> {
    let options = BilevelOptions {
        seed,
        starts: match args.without_start {
            true => Vec::new(),
            false => vec![problem.starts[0].stacked()],
        },
        ..BilevelOptions::default()
    };
    let once = || -> crate::Result<_> {
        let model = problem.build();
        let (solution, seconds) = timed(|| mpec::bilevel::solve(model.as_ref(), &options));
        let evaluations = count(model.upper()) + count(model.lower());
        Ok((model, solution?, seconds, evaluations))
    };
    let (model, solution, mut seconds, evaluations) = once()?;
    for _ in 1..args.repeat {
        seconds = seconds.faster(once()?.2);
    }
    let certificate_seconds = time_of_certificate(model.as_ref(), &solution, args.repeat)?;
    let judgement = judge(problem.build().as_ref(), &solution)?;
    Ok(Record {
        problem,
        seed,
        solution,
        seconds,
        evaluations,
        certificate_seconds,
        judgement,
    })
}

fn count(model: &dyn TwiceSmooth) -> u64 {
    model.counters().map_or(0, |counters| counters.total())
}

fn time_of_certificate(
    model: &dyn Bilevel,
    solution: &BilevelSolution,
    repeat: usize,
) -> crate::Result<Seconds> {
    let Some(of_run) = &solution.certificate else {
        return Ok(Seconds::default());
    };
    let options = CertificateOptions {
        eps: of_run.eps,
        delta: of_run.delta,
        ..CertificateOptions::default()
    };
    let once = || -> crate::Result<Seconds> {
        let (certificate, seconds) = timed(|| certify(model, &solution.x, &solution.y, &options));
        certificate?;
        Ok(seconds)
    };
    let mut fastest = once()?;
    for _ in 1..repeat {
        fastest = fastest.faster(once()?);
    }
    Ok(fastest)
}

impl Record {
    /// The catalogue has a value to reach.
    pub fn has_reference(&self) -> bool {
        self.problem.reference.value.is_some()
    }

    /// Reference reached at a point that is feasible at both levels, by the judgement.
    pub fn has_reached(&self) -> bool {
        let judgement = self.judgement.as_ref();
        judgement.is_some_and(|j| j.has_reached(self.problem))
    }

    /// Better than the reference, by the judgement.
    pub fn is_better(&self) -> bool {
        let judgement = self.judgement.as_ref();
        judgement.is_some_and(|j| j.is_better(self.problem))
    }

    /// The run says that its point is proved.
    pub fn is_proved(&self) -> bool {
        self.solution.status == BilevelStatus::Proved
    }

    /// The run says that searches found nothing better.
    pub fn is_multistart(&self) -> bool {
        self.solution.status == BilevelStatus::Feasible
    }

    /// A claim `Proved` is contradicted.
    pub fn is_refuted(&self) -> bool {
        self.judgement.as_ref().is_some_and(|j| j.is_refuted)
    }

    /// One line of the file of records.
    pub fn json(&self) -> Value {
        let (s, j) = (&self.solution, self.judgement.as_ref());
        let best = j.map(|j| &j.search.strict);
        json!({
            "problem": self.problem.name, "seed": self.seed, "nx": self.problem.nx, "ny": self.problem.ny,
            "reference": reference(self.problem), "evidence": self.problem.reference.evidence.to_string(),
            "status": format!("{:?}", s.status), "verdict": s.certificate.as_ref().map(|c| c.verdict.to_string()),
            "objective": j.map(|j| j.objective), "settled_objective": j.map(|j| j.settled_objective), "lower_objective": s.lower_objective, "x": s.x, "y": s.y,
            "violation": j.map(|j| j.violation), "proved_gap": s.gap(),
            "boxes": s.certificate.as_ref().map(|c| c.boxes),
            "independent_gap": j.map(|j| j.relative_gap), "independent_point": best.map(|b| &b.point),
            "independent_value": best.map(|b| b.value), "grid_points": j.map(|j| j.search.grid_points),
            "independent_runs": j.map(|j| j.search.runs), "reached": self.has_reached(),
            "better": self.is_better(), "refuted": self.is_refuted(), "penalty": s.penalty,
            "origin": s.origin.map(|o| o.to_string()),
            "reasons": s.reasons.iter().map(|r| r.to_string()).collect::<Vec<_>>(), "runs": s.runs,
            "examined": s.examined, "points_refuted": s.refuted, "evaluations": self.evaluations,
            "cpu_milliseconds": 1e3 * self.seconds.cpu, "wall_milliseconds": 1e3 * self.seconds.wall,
            "certificate_cpu_milliseconds": 1e3 * self.certificate_seconds.cpu,
        })
    }
}
