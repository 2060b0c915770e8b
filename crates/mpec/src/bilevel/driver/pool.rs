//! Points that may be solutions, the best objective first.

use nlp_model::{Bilevel, TwiceSmooth};

/// A point that is feasible at both levels within the tolerance.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub objective: f64,
    /// The penalty parameter that led here.
    pub penalty: Option<f64>,
    /// Already examined.
    pub is_examined: bool,
}

/// Distinct candidates.
pub(super) struct Pool<'p> {
    problem: &'p dyn Bilevel,
    feasibility: f64,
    pub candidates: Vec<Candidate>,
}

impl<'p> Pool<'p> {
    pub fn new(problem: &'p dyn Bilevel, feasibility: f64) -> Self {
        Pool {
            problem,
            feasibility,
            candidates: Vec::new(),
        }
    }

    /// Adds a point when it is finite and feasible; its place among the candidates, that of the first when
    /// it is there already.
    pub fn offer(&mut self, x: &[f64], y: &[f64], penalty: Option<f64>) -> Option<usize> {
        let z = [x, y].concat();
        let (upper, lower) = (self.problem.upper(), self.problem.lower());
        let violation = violation(upper, &z).max(violation(lower, &z));
        if violation.is_nan() || violation > self.feasibility {
            return None;
        }
        let objective = upper.obj(&z);
        if !(objective.is_finite() && lower.obj(&z).is_finite()) {
            return None;
        }
        let same = |c: &Candidate| {
            let other = c.x.iter().chain(&c.y);
            z.iter()
                .zip(other)
                .all(|(a, b)| (a - b).abs() <= 1e-7 * (1.0 + a.abs()))
        };
        if let Some(place) = self.candidates.iter().position(same) {
            return Some(place);
        }
        self.candidates.push(Candidate {
            x: x.to_vec(),
            y: y.to_vec(),
            objective,
            penalty,
            is_examined: false,
        });
        Some(self.candidates.len() - 1)
    }

    /// y of the candidate nearest to x.
    pub fn nearest(&self, x: &[f64]) -> Option<&[f64]> {
        let distance = |c: &Candidate| -> f64 {
            let squares = c.x.iter().zip(x).map(|(a, b)| (a - b) * (a - b));
            squares.sum()
        };
        let nearest = |a: &&Candidate, b: &&Candidate| distance(a).total_cmp(&distance(b));
        self.candidates.iter().min_by(nearest).map(|c| &c.y[..])
    }

    /// The best candidate below `bound` that was not examined.
    pub fn next_below(&self, bound: f64) -> Option<usize> {
        let open = self.candidates.iter().enumerate();
        let open = open.filter(|(_, c)| !c.is_examined && c.objective < bound);
        open.min_by(|a, b| a.1.objective.total_cmp(&b.1.objective))
            .map(|(k, _)| k)
    }
}

/// Largest violation of a row or bound; NaN when a row is.
pub(super) fn violation(model: &dyn TwiceSmooth, z: &[f64]) -> f64 {
    let meta = model.meta();
    let mut c = vec![0.0; meta.ncon()];
    model.cons(z, &mut c);
    let rows = c.iter().zip(meta.lcon().iter().zip(meta.ucon()));
    let bounds = z.iter().zip(meta.lvar().iter().zip(meta.uvar()));
    rows.chain(bounds).fold(0.0, |worst: f64, (v, (l, u))| {
        let outside = (l - v).max(v - u).max(0.0);
        if v.is_nan() || worst.is_nan() {
            f64::NAN
        } else {
            worst.max(outside)
        }
    })
}
