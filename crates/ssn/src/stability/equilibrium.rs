//! Solutions of a QVI for fixed data, nearest to a given point.

use std::cell::RefCell;

use linalg::Pattern;
use linalg::slice::{axpy, norm_inf};
use nlp_model::{Meta, Model, OneSided, Qvi, Smooth, TwiceSmooth, check_point};

use crate::{Options, SsnError, complementarity};

/// The optimality conditions of y ∈ S(x) for fixed x, as a mixed complementarity problem in (y, w):
///
/// f₀(x, y) + ∇ₛg₀(x, y, y)ᵀw + ε(y − c) = 0,  0 ≤ w ⟂ −g₀(x, y, y) ≥ 0  (w free and = 0 for equalities).
///
/// With ε = 0 they are necessary for y ∈ S(x) under a constraint qualification, and sufficient when the moving
/// set is convex. The term with ε selects the solution nearest to c as ε → 0, where y ↦ f₀(x, y) is monotone
/// over a fixed convex set.
#[derive(Debug)]
pub struct Equilibrium<'a> {
    lower: OneSided<'a>,
    x: &'a [f64],
    centre: &'a [f64],
    weight: f64,
    meta: Meta,
    jac: Pattern,
    work: RefCell<Work>,
}

#[derive(Debug)]
struct Work {
    point: Vec<f64>,
    slope: Vec<f64>,
    values: Vec<f64>,
    rows: Vec<f64>,
    hess: Vec<f64>,
}

impl<'a> Equilibrium<'a> {
    /// The conditions at x, with ε = `weight` and c = `centre`.
    ///
    /// # Errors
    /// [`SsnError`] on vectors of the wrong length or not finite.
    pub fn new(
        problem: &'a dyn Qvi,
        x: &'a [f64],
        centre: &'a [f64],
        weight: f64,
    ) -> Result<Self, SsnError> {
        check_point("x", x, problem.nx())?;
        check_point("centre", centre, problem.ny())?;
        let lower = OneSided::new(problem.lower());
        let (m, q) = (centre.len(), lower.meta().ncon());
        let mut least = vec![f64::NEG_INFINITY; m + q];
        for i in 0..q {
            if !lower.meta().is_equality(i) {
                least[m + i] = 0.0;
            }
        }
        let meta = Meta::new(
            format!("{} (equilibrium)", lower.meta().name()),
            m + q,
            m + q,
        );
        let work = Work {
            point: vec![0.0; x.len() + 2 * m],
            slope: vec![0.0; x.len() + 2 * m],
            values: vec![0.0; q],
            rows: vec![0.0; lower.jac_structure().nnz()],
            hess: vec![0.0; lower.hess_structure().nnz()],
        };
        Ok(Equilibrium {
            meta: meta.variable_bounds(&least, &vec![f64::INFINITY; m + q])?,
            jac: Pattern::dense(m + q, m + q),
            work: RefCell::new(work),
            lower,
            x,
            centre,
            weight,
        })
    }

    /// Puts (x, y, y) into `point`.
    fn place(&self, y: &[f64], point: &mut [f64]) {
        let (n, m) = (self.x.len(), self.centre.len());
        point[..n].copy_from_slice(self.x);
        point[n..n + m].copy_from_slice(y);
        point[n + m..].copy_from_slice(y);
    }
}

impl Model for Equilibrium<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, _: &[f64]) -> f64 {
        0.0
    }
    fn cons(&self, zeta: &[f64], c: &mut [f64]) {
        let (n, m) = (self.x.len(), self.centre.len());
        let (y, w) = zeta.split_at(m);
        let work = &mut *self.work.borrow_mut();
        self.place(y, &mut work.point);
        self.lower.grad(&work.point, &mut work.slope);
        self.lower.cons(&work.point, &mut work.values);
        self.lower.jac_coord(&work.point, &mut work.rows);
        let (stationarity, rows) = c.split_at_mut(m);
        stationarity.copy_from_slice(&work.slope[n + m..]);
        for ((i, j), value) in self.lower.jac_structure().iter().zip(&work.rows) {
            if j >= n + m {
                stationarity[j - n - m] += w[i] * value;
            }
        }
        axpy(self.weight, y, stationarity);
        axpy(-self.weight, self.centre, stationarity);
        for (row, g) in rows.iter_mut().zip(&work.values) {
            *row = -g;
        }
    }
}

impl Smooth for Equilibrium<'_> {
    fn grad(&self, _: &[f64], g: &mut [f64]) {
        g.fill(0.0);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, zeta: &[f64], vals: &mut [f64]) {
        let (n, m) = (self.x.len(), self.centre.len());
        let (first, size) = (n + m, zeta.len());
        let (y, w) = zeta.split_at(m);
        let work = &mut *self.work.borrow_mut();
        self.place(y, &mut work.point);
        self.lower.jac_coord(&work.point, &mut work.rows);
        self.lower.hess_coord(&work.point, w, 1.0, &mut work.hess);
        vals.fill(0.0);
        // the structure is dense, column by column
        let at = |i: usize, j: usize| i + j * size;
        for ((i, j), value) in self.lower.hess_structure().iter().zip(&work.hess) {
            // i ≥ j: rows of s against columns y and s, both of which are y here
            if i >= first && j >= n {
                let column = if j >= first { j - first } else { j - n };
                vals[at(i - first, column)] += value;
            }
            if i >= first && j >= first && i != j {
                vals[at(j - first, i - first)] += value;
            }
        }
        for j in 0..m {
            vals[at(j, j)] += self.weight;
        }
        for ((i, j), value) in self.lower.jac_structure().iter().zip(&work.rows) {
            if j >= first {
                vals[at(j - first, m + i)] += value;
                vals[at(m + i, j - first)] -= value;
            } else if j >= n {
                vals[at(m + i, j - n)] -= value;
            }
        }
    }
}

/// The values of ε, one after the other.
const WEIGHTS: [f64; 3] = [1e-2, 1e-5, 1e-8];

/// A y ∈ S(x) near `centre`, by the semismooth Newton method: the nearest one in the 2-norm, up to about 1e-8,
/// where y ↦ f₀(x, y) is monotone over a fixed convex set. None when the method does not converge, as where S(x)
/// is empty.
///
/// # Errors
/// [`SsnError`] on vectors of the wrong length or not finite.
pub fn nearest_equilibrium(
    problem: &dyn Qvi,
    x: &[f64],
    centre: &[f64],
) -> Result<Option<Vec<f64>>, SsnError> {
    Ok(nearest_from(problem, x, centre, None)?.map(|mut zeta| {
        zeta.truncate(centre.len());
        zeta
    }))
}

/// (y, w) with y ∈ S(x) near `centre`; multipliers to start from, as those at neighbouring data.
///
/// The nearer of two ends: along decreasing ε, and with the smallest ε at once.
pub(super) fn nearest_from(
    problem: &dyn Qvi,
    x: &[f64],
    centre: &[f64],
    multipliers: Option<&[f64]>,
) -> Result<Option<Vec<f64>>, SsnError> {
    let distance = |zeta: &Vec<f64>| -> f64 {
        let moved = zeta.iter().zip(centre).map(|(a, b)| (a - b).powi(2));
        moved.sum()
    };
    let mut nearest: Option<Vec<f64>> = None;
    for weights in [&WEIGHTS[..], &WEIGHTS[2..]] {
        let Some(zeta) = follow(problem, x, centre, multipliers, weights)? else {
            continue;
        };
        if nearest
            .as_ref()
            .is_none_or(|best| distance(&zeta) < distance(best))
        {
            nearest = Some(zeta);
        }
    }
    Ok(nearest)
}

/// The end of the path along these ε.
fn follow(
    problem: &dyn Qvi,
    x: &[f64],
    centre: &[f64],
    multipliers: Option<&[f64]>,
    weights: &[f64],
) -> Result<Option<Vec<f64>>, SsnError> {
    let mut zeta = centre.to_vec();
    let options = Options {
        tolerance: TOLERANCE,
        ..Options::default()
    };
    for &weight in weights {
        let model = Equilibrium::new(problem, x, centre, weight)?;
        if zeta.len() == centre.len() {
            zeta.resize(model.meta().nvar(), 0.0);
            if let Some(w) = multipliers {
                zeta[centre.len()..].copy_from_slice(w);
            }
        }
        let run = complementarity::solve(&model, &zeta, &options)?;
        if !run.status.is_success() || !norm_inf(&run.x).is_finite() {
            return Ok(None);
        }
        zeta = run.x;
    }
    Ok(Some(zeta))
}

/// Tolerance of ‖Φ‖: differences of solutions are divided by small differences of data.
const TOLERANCE: f64 = 1e-10;
