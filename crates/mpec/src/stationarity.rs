//! Stationarity with evidence: W, A, C, M and S from multipliers, and which constraint qualification holds.

use std::fmt;

use linalg::DenseQr;
use linalg::slice::axpy;
use nlp_model::{Mpcc, check_point};
use stopping::{MpccState, Stationarity};

use crate::MpecError;
use crate::linearised::{Cone, LinearisedOptions, Of, Sign};

/// What is known of the gradients of all active constraints, G and H of biactive pairs among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualification {
    /// They are linearly independent (MPCC-LICQ): multipliers are unique.
    Independent,
    /// Those of equalities, G and H are, and a direction points into all inequalities (MPCC-MFCQ): multipliers are
    /// bounded.
    Directional,
    /// Neither.
    None,
}

/// The kinds of stationarity at a point, each with a number.
///
/// The residual of a kind is the smallest ‖∇f − Σ λ a‖₂ / max(1, ‖∇f‖∞) over multipliers with the signs of the kind. So a kind
/// holds if such multipliers *exist*; they need not be unique.
#[derive(Clone, Debug, PartialEq)]
pub struct StationarityReport {
    /// Largest violation of a row or bound, sides of pairs included.
    pub violation: f64,
    /// Largest |min(G, H)|.
    pub complementarity: f64,
    /// Number of biactive pairs.
    pub biactive: usize,
    /// Number of active gradients, and their rank.
    pub active: usize,
    /// Rank of the active gradients.
    pub rank: usize,
    /// The constraint qualification.
    pub qualification: Qualification,
    /// Residuals of W, A, C, M and S, in the order of [`KINDS`]; `None` where the enumeration of signs is too long.
    pub residuals: [Option<f64>; 5],
    /// The strongest kind among W, C, M, S within the tolerance.
    pub strongest: Option<Stationarity>,
    /// Multipliers y of the rows in L = f + yᵀc + zᵀx, of the strongest kind, or of W; νᴳ = −y_i, νᴴ = −y_j.
    pub y: Vec<f64>,
    /// Multipliers z of the bounds.
    pub z: Vec<f64>,
}

/// The order of the residuals.
pub const KINDS: [Stationarity; 5] = [
    Stationarity::Weak,
    Stationarity::Alternative,
    Stationarity::Clarke,
    Stationarity::Mordukhovich,
    Stationarity::Strong,
];

impl StationarityReport {
    /// Derivatives are not finite at x.
    pub(crate) fn unknown(mpcc: &dyn Mpcc, x: &[f64]) -> Self {
        let (violation, complementarity) = infeasibility(mpcc, x);
        StationarityReport {
            violation,
            complementarity,
            biactive: 0,
            active: 0,
            rank: 0,
            qualification: Qualification::None,
            residuals: [None; 5],
            strongest: None,
            y: vec![f64::NAN; mpcc.meta().ncon()],
            z: vec![f64::NAN; x.len()],
        }
    }

    /// The residual of a kind, when it was found.
    pub fn residual(&self, kind: Stationarity) -> Option<f64> {
        let at = KINDS.iter().position(|k| *k == kind);
        at.and_then(|at| self.residuals[at])
    }
}

impl fmt::Display for StationarityReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "violation {:.1e}, complementarity {:.1e}, {} biactive pairs",
            self.violation, self.complementarity, self.biactive
        )?;
        let qualification = match self.qualification {
            Qualification::Independent => "MPCC-LICQ holds",
            Qualification::Directional => "MPCC-MFCQ holds",
            Qualification::None => "no MPCC-MFCQ",
        };
        writeln!(
            f,
            "{qualification}: rank {} of {} active gradients",
            self.rank, self.active
        )?;
        for (name, residual) in ["W", "A", "C", "M", "S"].iter().zip(self.residuals) {
            match residual {
                Some(residual) => write!(f, "{name} {residual:.1e}  ")?,
                None => write!(f, "{name} unknown  ")?,
            }
        }
        Ok(())
    }
}

/// The choices of signs of (G'd, H'd) on a biactive pair whose dual cones make up a kind.
fn choices(kind: Stationarity) -> &'static [(Sign, Sign)] {
    use Sign::{Free, NonNegative, NonPositive, Zero};
    match kind {
        Stationarity::Weak => &[(Zero, Zero)],
        Stationarity::Alternative => &[(NonNegative, Zero), (Zero, NonNegative)],
        Stationarity::Clarke => &[(NonNegative, NonNegative), (NonPositive, NonPositive)],
        Stationarity::Mordukhovich => &[(NonNegative, NonNegative), (Zero, Free), (Free, Zero)],
        Stationarity::Strong => &[(NonNegative, NonNegative)],
    }
}

/// Which kinds of stationarity hold at x, a feasible point.
///
/// Multipliers with given signs exist exactly if the projection of −∇f on the polar cone vanishes, so that each kind is a
/// finite number of projections: 1 for W and S, 2^q for A and C, 3^q for M with q biactive pairs, at most
/// `options.nodes` each. The signs that the multipliers of W suggest are tried first.
///
/// # Errors
/// [`MpecError`] when x has the wrong length, is not finite, or derivatives are not finite there.
pub fn check_stationarity(
    mpcc: &dyn Mpcc,
    x: &[f64],
    options: &LinearisedOptions,
) -> Result<StationarityReport, MpecError> {
    check_point("x", x, mpcc.meta().nvar())?;
    let mut cone = Cone::new(mpcc);
    cone.load(mpcc, x, options.active)?;
    let (violation, complementarity) = infeasibility(mpcc, x);
    let (active, rank, qualification) = qualification(&mut cone);
    let mut report = StationarityReport {
        violation,
        complementarity,
        biactive: cone.biactive().len(),
        active,
        rank,
        qualification,
        residuals: [None; 5],
        strongest: None,
        y: vec![0.0; mpcc.meta().ncon()],
        z: vec![0.0; x.len()],
    };
    let weak = vec![(Sign::Zero, Sign::Zero); report.biactive];
    let Some(residual) = cone.project(&weak) else {
        return Ok(report);
    };
    let guess: Vec<(f64, f64)> = {
        let multipliers = cone.multipliers();
        let biactive = cone.biactive().iter();
        biactive
            .map(|&(_, g, h)| (multipliers[g], multipliers[h]))
            .collect()
    };
    scatter(mpcc, &cone, &mut report);
    report.residuals[0] = Some(residual);
    report.strongest = (residual <= options.tolerance).then_some(Stationarity::Weak);
    for (at, kind) in KINDS.into_iter().enumerate().skip(1) {
        let best = smallest(&mut cone, kind, &guess, options);
        report.residuals[at] = best;
        if kind != Stationarity::Alternative && best.is_some_and(|r| r <= options.tolerance) {
            report.strongest = Some(kind);
            scatter(mpcc, &cone, &mut report);
        }
    }
    Ok(report)
}

/// The smallest residual over all signs of a kind; leaves the cone at the last one examined, which is the smallest
/// when it is within the tolerance.
fn smallest(
    cone: &mut Cone,
    kind: Stationarity,
    guess: &[(f64, f64)],
    options: &LinearisedOptions,
) -> Option<f64> {
    let (list, q) = (choices(kind), guess.len());
    let first: Vec<usize> = guess.iter().map(|&nu| closest(kind, nu)).collect();
    let all = (list.len() as f64).powi(q as i32);
    let count = all.min(options.nodes as f64) as usize;
    let mut least = f64::INFINITY;
    for number in 0..count {
        // Digits of `number` in the base of the choices, counted from the guess.
        let mut rest = number;
        let signs: Vec<_> = first
            .iter()
            .map(|&start| {
                let digit = rest % list.len();
                rest /= list.len();
                list[(start + digit) % list.len()]
            })
            .collect();
        let residual = cone.project(&signs)?;
        least = least.min(residual);
        if least <= options.tolerance {
            return Some(least);
        }
    }
    (count as f64 >= all).then_some(least)
}

/// The choice that fits the multipliers (νᴳ, νᴴ) best.
fn closest(kind: Stationarity, (g, h): (f64, f64)) -> usize {
    match kind {
        Stationarity::Alternative => usize::from(g < h),
        Stationarity::Clarke => usize::from(g + h < 0.0),
        Stationarity::Mordukhovich if g >= 0.0 && h >= 0.0 => 0,
        // νᴴ = 0 with νᴳ free, or the other way round.
        Stationarity::Mordukhovich => 1 + usize::from(g.abs() < h.abs()),
        _ => 0,
    }
}

/// Copies the multipliers of the last projection into the report.
fn scatter(mpcc: &dyn Mpcc, cone: &Cone, report: &mut StationarityReport) {
    report.y.fill(0.0);
    report.z.fill(0.0);
    for ((of, ..), lambda) in cone.gradients().zip(cone.multipliers()) {
        match of {
            Of::Row(i, sign) => report.y[i] -= sign * lambda,
            Of::Variable(j, sign) => report.z[j] -= sign * lambda,
            Of::G(p) => report.y[mpcc.pairs()[p].0] -= lambda,
            Of::H(p) => report.y[mpcc.pairs()[p].1] -= lambda,
        }
    }
}

/// Number of active gradients, their rank, and what follows.
fn qualification(cone: &mut Cone) -> (usize, usize, Qualification) {
    let mut all = Vec::new();
    let mut equalities = Vec::new();
    let mut count = 0;
    for (_, gradient, is_equality) in cone.gradients() {
        all.extend_from_slice(gradient);
        count += 1;
        if is_equality {
            equalities.extend_from_slice(gradient);
        }
    }
    let n = cone.direction().len();
    let rank_of = |columns: &[f64]| {
        let k = columns.len() / n.max(1);
        DenseQr::new(n, k).factor_dense(columns).unwrap_or(0)
    };
    let rank = rank_of(&all);
    let qualification = if rank == count {
        Qualification::Independent
    } else if rank_of(&equalities) * n == equalities.len() && cone.has_interior_direction() {
        Qualification::Directional
    } else {
        Qualification::None
    };
    (count, rank, qualification)
}

/// Largest violation of a row or bound, and largest |min(G, H)|; NaN where a row is not finite.
pub(crate) fn infeasibility(mpcc: &dyn Mpcc, x: &[f64]) -> (f64, f64) {
    let meta = mpcc.meta();
    let mut c = vec![0.0; meta.ncon()];
    mpcc.cons(x, &mut c);
    let outside = |v: f64, l: f64, u: f64| {
        if v.is_finite() {
            (l - v).max(v - u).max(0.0)
        } else {
            f64::NAN
        }
    };
    let rows = (0..c.len()).map(|i| outside(c[i], meta.lcon()[i], meta.ucon()[i]));
    let bounds = (0..x.len()).map(|j| outside(x[j], meta.lvar()[j], meta.uvar()[j]));
    let all: Vec<f64> = rows.chain(bounds).collect();
    let gaps: Vec<f64> = mpcc
        .pairs()
        .iter()
        .map(|&(i, j)| {
            if c[i] < c[j] || c[i].is_nan() {
                c[i]
            } else {
                c[j]
            }
        })
        .collect();
    (
        linalg::slice::norm_inf(&all),
        linalg::slice::norm_inf(&gaps),
    )
}

/// Fills a state with what is known at x.
pub(crate) fn fill(
    mpcc: &dyn Mpcc,
    x: &[f64],
    options: &LinearisedOptions,
    state: &mut MpccState,
) -> Result<(), MpecError> {
    let report = check_stationarity(mpcc, x, options)?;
    let (n, m) = (x.len(), mpcc.meta().ncon());
    state.x_mut().copy_from_slice(x);
    state.f = Some(mpcc.obj(x));
    state.others = Some(report.violation);
    let (mut dual, mut jty, mut c) = (vec![0.0; n], vec![0.0; n], vec![0.0; m]);
    mpcc.grad(x, &mut dual);
    mpcc.jtprod(x, &report.y, &mut jty);
    axpy(1.0, &jty, &mut dual);
    axpy(1.0, &report.z, &mut dual);
    mpcc.cons(x, &mut c);
    state.dual.set(&dual);
    let of = |value: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
        mpcc.pairs().iter().map(|&(i, j)| value(i, j)).collect()
    };
    state.g.set(&of(&|i, _| c[i]));
    state.h.set(&of(&|_, j| c[j]));
    state.nu_g.set(&of(&|i, _| -report.y[i]));
    state.nu_h.set(&of(&|_, j| -report.y[j]));
    Ok(())
}

#[cfg(test)]
mod tests;
