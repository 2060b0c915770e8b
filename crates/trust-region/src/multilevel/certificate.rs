//! What is known of a point that claims to solve a multilevel problem.

use std::fmt;

use linalg::slice::{axpy, norm2};
use nlp_model::{Multilevel, check_point};
use stopping::Status;

use super::dense::congruence;
use super::frame::Frame;
use super::level_state::LevelState;
use super::perturbation::{Perturbation, perturb};
use super::restoration::Restoration;
use super::solution::Options;
use crate::TrustRegionError;

/// What the conditions prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every condition holds: the point solves the problem among its neighbours. Nothing is said of points
    /// elsewhere, where f_1 may be lower, or f_2 lower for the same f_1.
    LocalOnly,
    /// The Hessian of f_1 does not tell the set of its minimizers: distances are known to a root of the tolerance
    /// only, and later levels may have been minimized over the wrong set.
    DegenerateLower,
    /// A better point is known, or a direction in which there is one.
    NotMinimal,
    /// The conditions of first order fail: no solution.
    NotStationary,
}

/// What the set of minimizers of f_1 looks like at the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An isolated minimizer: later levels have no say.
    Isolated,
    /// A manifold, on which the next level is minimized.
    Manifold {
        /// Its dimension.
        dim: usize,
    },
    /// Not decided by second derivatives.
    Degenerate,
}

/// The conditions of optimality at a point, each with its number. Level 0 matters most.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// ‖∇f_0‖₂.
    pub gradient: f64,
    /// For each level, ‖Zᵀ∇f‖₂ in the space that the levels before leave free.
    pub reduced_gradients: Vec<f64>,
    /// The same relative to the scales of [`LevelState::residuals`].
    pub residuals: Vec<f64>,
    /// For each level, the smallest eigenvalue of the reduced Hessian with the curvature of the levels before,
    /// relative to the largest.
    pub curvatures: Vec<f64>,
    /// For each level, the smallest eigenvalue that counts over the largest that counts as zero.
    pub gaps: Vec<f64>,
    /// For each level, the dimension of its space, and of what it leaves free.
    pub dims: Vec<(usize, usize)>,
    /// ‖λ‖₂ of min_λ ‖∇f_1 + ∇²f_0 λ‖: large where the constraint qualification fails.
    pub multiplier: f64,
    /// Relative change of ∇²f_0 along its own Newton step: small where Newton's method converges quadratically,
    /// 2/3 on (x₀ + x₁)⁴.
    pub newton_change: f64,
    /// f_0(x) minus the value that a plain minimization of f_0 from the start reaches.
    pub excess: Option<f64>,
    /// What random neighbours show.
    pub perturbation: Perturbation,
    /// What the set of minimizers of f_0 looks like.
    pub class: Class,
    /// What is proved.
    pub verdict: Verdict,
}

/// Bounds of the conditions; the numbers in brackets of their source are the defaults.
const GRADIENT: f64 = 1e-8;
const REDUCED_GRADIENT: f64 = 1e-6;
const CURVATURE: f64 = -1e-5;
const GAP: f64 = 1e3;
const NEWTON_CHANGE: f64 = 0.1;
const DRIFT: f64 = 0.2;

/// Examines `x` as a solution of `problem`, whose levels have no rows and no bounds. With the `start` of the run,
/// f_0 is minimized from there for comparison. The random neighbours depend on `seed`.
///
/// Dense, with some hundred minimizations of the lower levels: for n up to some hundred.
///
/// # Errors
/// [`TrustRegionError`] on points of the wrong length or not finite.
pub fn certify(
    problem: &dyn Multilevel,
    x: &[f64],
    start: Option<&[f64]>,
    seed: u64,
) -> Result<Certificate, TrustRegionError> {
    let (n, levels) = (problem.level(0).meta().nvar(), problem.levels());
    check_point("x", x, n)?;
    if let Some(start) = start {
        check_point("start", start, n)?;
    }
    let mut frame = Frame::new(problem, levels);
    let mut state = LevelState::new(x.to_vec(), levels);
    state.evaluate(problem, levels);
    if state.examine(problem, &mut frame, levels).is_err() {
        return Ok(Certificate::unknown(levels));
    }
    let mut restoration = Restoration::new(problem, &Options::default());
    let perturbation = perturb(problem, &state, &frame, &mut restoration, seed);
    let excess = start.and_then(|start| {
        let mut plain = LevelState::new(start.to_vec(), levels);
        let result = restoration.minimize(problem, &mut plain, 1);
        (result != Err(Status::DomainError)).then(|| state.f[0] - plain.f[0])
    });
    let reduced_gradient = |k: usize| {
        let columns = frame.levels[k].basis[..n * frame.levels[k].dim].chunks_exact(n);
        let along = columns.map(|column| linalg::slice::dot(column, state.gradient(k)));
        along.map(|v| v * v).sum::<f64>().sqrt()
    };
    let mut certificate = Certificate {
        gradient: norm2(state.gradient(0)),
        reduced_gradients: (0..levels).map(reduced_gradient).collect(),
        residuals: state.residuals.clone(),
        curvatures: (0..levels).map(|k| frame.levels[k].lowest()).collect(),
        gaps: frame.levels.iter().map(|level| level.gap).collect(),
        dims: frame
            .levels
            .iter()
            .map(|l| (l.dim, l.dim - l.rank))
            .collect(),
        multiplier: norm2(frame.lambda()),
        newton_change: newton_change(problem, &state, &frame),
        excess,
        perturbation,
        class: Class::Degenerate,
        verdict: Verdict::NotStationary,
    };
    certificate.decide();
    Ok(certificate)
}

impl Certificate {
    /// Where derivatives are not finite, nothing is known.
    fn unknown(levels: usize) -> Self {
        Certificate {
            gradient: f64::NAN,
            reduced_gradients: vec![f64::NAN; levels],
            residuals: vec![f64::NAN; levels],
            curvatures: vec![f64::NAN; levels],
            gaps: vec![f64::NAN; levels],
            dims: vec![(0, 0); levels],
            multiplier: f64::NAN,
            newton_change: f64::NAN,
            excess: None,
            perturbation: Perturbation::default(),
            class: Class::Degenerate,
            verdict: Verdict::NotStationary,
        }
    }

    fn decide(&mut self) {
        let is_degenerate = !self.gaps.iter().all(|&gap| gap >= GAP)
            || self.newton_change.is_nan()
            || self.newton_change > NEWTON_CHANGE
            || self.perturbation.drift > DRIFT;
        let free = self.dims[0].1;
        self.class = match (is_degenerate, free) {
            (true, _) => Class::Degenerate,
            (false, 0) => Class::Isolated,
            (false, dim) => Class::Manifold { dim },
        };
        let bound = |k: usize| if k == 0 { GRADIENT } else { REDUCED_GRADIENT };
        let mut residuals = self.residuals.iter().enumerate();
        let is_stationary = residuals.all(|(k, &residual)| residual <= bound(k));
        let has_curvature = self.curvatures.iter().all(|&lowest| lowest >= CURVATURE);
        let falls = &self.perturbation.falls;
        let first_falls = falls.first().is_some_and(|&fall| fall)
            || self
                .excess
                .is_some_and(|e| e > self.perturbation.resolution);
        let is_first_stationary = self.residuals[0] <= GRADIENT;
        let has_first_curvature = self.curvatures[0] >= CURVATURE;
        self.verdict = if !is_first_stationary {
            Verdict::NotStationary
        } else if !has_first_curvature || first_falls {
            Verdict::NotMinimal
        } else if is_degenerate {
            Verdict::DegenerateLower
        } else if !is_stationary {
            Verdict::NotStationary
        } else if !has_curvature || falls.contains(&true) {
            Verdict::NotMinimal
        } else {
            Verdict::LocalOnly
        };
    }
}

/// ‖|Λ|^{−½} Qᵀ D³f_0[p] Q |Λ|^{−½}‖_F with p = −(∇²f_0)⁺∇f_0, on the eigenvectors Q whose eigenvalues Λ count.
fn newton_change(problem: &dyn Multilevel, state: &LevelState, frame: &Frame) -> f64 {
    let (n, level) = (state.x.len(), &frame.levels[0]);
    let rank = level.rank;
    let mut p = vec![0.0; n];
    for (column, value) in level.basis.chunks_exact(n).zip(&level.values[..rank]) {
        let along = linalg::slice::dot(column, state.gradient(0)) / value;
        axpy(-along, column, &mut p);
    }
    let model = problem.level(0);
    let mut vals = vec![0.0; model.hess_structure().nnz()];
    model.hess_directional(&state.x, &[], 1.0, &p, &mut vals);
    let mut third = vec![0.0; n * n];
    model.hess_structure().to_dense_symmetric(&vals, &mut third);
    let (mut room, mut change) = (vec![0.0; n * rank], vec![0.0; rank * rank]);
    let basis = &level.basis[..n * rank];
    congruence(n, rank, &third, basis, &mut room, &mut change);
    let mut sum = 0.0;
    for i in 0..rank {
        for j in 0..rank {
            let scale = (level.values[i] * level.values[j]).abs();
            sum += change[i + j * rank].powi(2) / scale;
        }
    }
    sum.sqrt()
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::LocalOnly => "a local solution; nothing is known of points elsewhere",
            Verdict::DegenerateLower => {
                "degenerate lower level: accurate to a root of the tolerance only"
            }
            Verdict::NotMinimal => "not minimal: better points are near or known",
            Verdict::NotStationary => "not stationary",
        };
        writeln!(f, "certificate: {verdict}")?;
        match self.class {
            Class::Isolated => writeln!(f, "  lower solutions: isolated")?,
            Class::Manifold { dim } => {
                writeln!(f, "  lower solutions: manifold of dimension {dim}")?
            }
            Class::Degenerate => writeln!(f, "  lower solutions: degenerate")?,
        }
        writeln!(
            f,
            "  ‖∇f₀‖ = {:.1e} (residual at most {GRADIENT:.0e})",
            self.gradient
        )?;
        for k in 0..self.dims.len() {
            writeln!(
                f,
                "  level {k}: dimension {} → {}, ‖Zᵀ∇f‖ = {:.1e}, residual {:.1e}, curvature ≥ {:.1e}, gap {:.1e}",
                self.dims[k].0,
                self.dims[k].1,
                self.reduced_gradients[k],
                self.residuals[k],
                self.curvatures[k],
                self.gaps[k]
            )?;
        }
        write!(
            f,
            "  ‖λ‖ = {:.1e}, change of ∇²f₀ in a Newton step {:.1e} (at most {NEWTON_CHANGE})",
            self.multiplier, self.newton_change
        )?;
        if let Some(excess) = self.excess {
            write!(
                f,
                "\n  f₀ above a plain minimization from the start: {excess:.1e}"
            )?;
        }
        write!(f, "\n  {}", self.perturbation)
    }
}
