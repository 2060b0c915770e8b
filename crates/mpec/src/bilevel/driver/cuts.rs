//! Rows that a better response adds to the KKT conditions of the lower level.

use std::cell::RefCell;

use linalg::{DenseQr, Pattern};
use nlp_model::{
    Bilevel, KktConditions, Meta, Model, ModelError, Mpcc, OneSided, Smooth, TwiceSmooth,
};

/// A response s to x*, better than the one that was refuted, carried along with x:
/// s(x) = s − J (x − x*), J = (∂g_A/∂s)⁺ ∂g_A/∂x for the rows A that are active at (x*, s).
///
/// So s(x) satisfies the active rows to first order, and f(x, y) ≤ f(x, s(x)) holds to first order for every
/// solution y near x*. A fixed s would be infeasible where the rows move with x.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    x: Vec<f64>,
    s: Vec<f64>,
    /// J, row by row (ny·nx).
    slope: Vec<f64>,
}

/// Rows at least −this count as active.
const ACTIVE: f64 = 1e-6;

impl Cut {
    pub fn new(problem: &dyn Bilevel, x: &[f64], s: &[f64]) -> Self {
        let (nx, ny) = (x.len(), s.len());
        let lower = OneSided::new(problem.lower());
        let z = [x, s].concat();
        let mut c = vec![0.0; lower.meta().ncon()];
        let mut jac = vec![0.0; lower.jac_structure().nnz()];
        lower.cons(&z, &mut c);
        lower.jac_coord(&z, &mut jac);
        let mut place = vec![None; c.len()];
        let mut active = 0;
        for (place, c) in place.iter_mut().zip(&c) {
            if *c >= -ACTIVE {
                *place = Some(active);
                active += 1;
            }
        }
        let (mut of_x, mut of_s) = (vec![0.0; active * nx], vec![0.0; active * ny]);
        for ((i, j), value) in lower.jac_structure().iter().zip(&jac) {
            match place[i] {
                Some(k) if j < nx => of_x[j * active + k] += value,
                Some(k) => of_s[(j - nx) * active + k] += value,
                None => {}
            }
        }
        let mut slope = vec![0.0; ny * nx];
        let mut qr = DenseQr::new(active, ny);
        if active > 0 && qr.factor_dense(&of_s).is_ok() {
            let mut column = vec![0.0; ny];
            for j in 0..nx {
                qr.least_squares(&of_x[j * active..(j + 1) * active], &mut column);
                for i in 0..ny {
                    // where rows do not move, exactly 0
                    slope[i * nx + j] = if column[i].is_finite() {
                        column[i]
                    } else {
                        0.0
                    };
                }
            }
        }
        Cut {
            x: x.to_vec(),
            s: s.to_vec(),
            slope,
        }
    }

    /// (x, s(x)) into `z`.
    fn respond(&self, x: &[f64], z: &mut [f64]) {
        let nx = x.len();
        z[..nx].copy_from_slice(x);
        for (i, (s, row)) in self
            .s
            .iter()
            .zip(self.slope.chunks_exact(nx.max(1)))
            .enumerate()
        {
            let moved: f64 = row
                .iter()
                .zip(x.iter().zip(&self.x))
                .map(|(j, (a, b))| j * (a - b))
                .sum();
            z[nx + i] = s - moved;
        }
    }
}

/// The KKT conditions of a lower level, and f(x, y) − f(x, s(x)) ≤ 0 for each cut, after the other rows.
pub(super) struct WithCuts<'a> {
    conditions: &'a KktConditions<'a>,
    lower: &'a dyn TwiceSmooth,
    cuts: &'a [Cut],
    nx: usize,
    nz: usize,
    meta: Meta,
    jac: Pattern,
    hess: Pattern,
    work: RefCell<Work>,
}

/// (x, s(x)), two gradients, the values of a Hessian, and Hessians over z as full matrices.
struct Work {
    response: Vec<f64>,
    at_y: Vec<f64>,
    at_s: Vec<f64>,
    hess: Vec<f64>,
    full: Vec<f64>,
    folded: Vec<f64>,
    no_multipliers: Vec<f64>,
}

impl<'a> WithCuts<'a> {
    pub fn new(
        problem: &'a dyn Bilevel,
        conditions: &'a KktConditions<'a>,
        cuts: &'a [Cut],
    ) -> Result<Self, ModelError> {
        let (of, lower) = (conditions.meta(), problem.lower());
        let (n, m, nz) = (of.nvar(), of.ncon(), lower.meta().nvar());
        let with = |rows: &[f64], bound: f64| [rows, &vec![bound; cuts.len()]].concat();
        let meta = Meta::new(of.name(), n, m + cuts.len())
            .start(of.x0())?
            .variable_bounds(of.lvar(), of.uvar())?
            .constraint_bounds(&with(of.lcon(), f64::NEG_INFINITY), &with(of.ucon(), 0.0))?;
        let rows = (0..cuts.len()).flat_map(|k| (0..nz).map(move |j| (m + k, j)));
        let triangle = (0..nz).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let jac = conditions.jac_structure().iter().chain(rows);
        let hess = conditions.hess_structure().iter().chain(triangle);
        Ok(WithCuts {
            jac: Pattern::from_entries(m + cuts.len(), n, jac)?,
            hess: Pattern::from_entries(n, n, hess)?,
            nx: problem.nx(),
            nz,
            work: RefCell::new(Work {
                response: vec![0.0; nz],
                at_y: vec![0.0; nz],
                at_s: vec![0.0; nz],
                hess: vec![0.0; lower.hess_structure().nnz()],
                full: vec![0.0; nz * nz],
                folded: vec![0.0; nz * nz],
                no_multipliers: vec![0.0; lower.meta().ncon()],
            }),
            conditions,
            lower,
            cuts,
            meta,
        })
    }

    fn first(&self) -> usize {
        self.conditions.meta().ncon()
    }

    fn with_work<R>(&self, use_it: impl FnOnce(&mut Work) -> R) -> R {
        use_it(&mut self.work.borrow_mut())
    }

    /// AᵀHA into `folded`, A = (I; −J) the derivative of (x, s(x)), H = `full`.
    fn fold(&self, cut: &Cut, work: &mut Work) {
        let (nx, nz) = (self.nx, self.nz);
        let ny = nz - nx;
        work.folded.fill(0.0);
        let entry = |full: &[f64], i: usize, j: usize| full[i * nz + j];
        for i in 0..nx {
            for j in 0..nx {
                let mut value = entry(&work.full, i, j);
                for a in 0..ny {
                    let left = cut.slope[a * nx + i];
                    value -= left * entry(&work.full, nx + a, j);
                    value -= entry(&work.full, i, nx + a) * cut.slope[a * nx + j];
                    for b in 0..ny {
                        value += left * entry(&work.full, nx + a, nx + b) * cut.slope[b * nx + j];
                    }
                }
                work.folded[i * nz + j] = value;
            }
        }
    }

    /// The Hessian of f at z into `full`.
    fn hessian(&self, z: &[f64], work: &mut Work) {
        self.lower
            .hess_coord(z, &work.no_multipliers, 1.0, &mut work.hess);
        work.full.fill(0.0);
        for ((i, j), value) in self.lower.hess_structure().iter().zip(&work.hess) {
            work.full[i * self.nz + j] += value;
            if i != j {
                work.full[j * self.nz + i] += value;
            }
        }
    }
}

impl Mpcc for WithCuts<'_> {
    fn pairs(&self) -> &[(usize, usize)] {
        self.conditions.pairs()
    }
}

impl Model for WithCuts<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, w: &[f64]) -> f64 {
        self.conditions.obj(w)
    }
    fn cons(&self, w: &[f64], c: &mut [f64]) {
        let (rows, of_cuts) = c.split_at_mut(self.first());
        self.conditions.cons(w, rows);
        let z = &w[..self.nz];
        self.with_work(|work| {
            for (c, cut) in of_cuts.iter_mut().zip(self.cuts) {
                cut.respond(&z[..self.nx], &mut work.response);
                *c = self.lower.obj(z) - self.lower.obj(&work.response);
            }
        });
    }
}

impl Smooth for WithCuts<'_> {
    fn grad(&self, w: &[f64], g: &mut [f64]) {
        self.conditions.grad(w, g);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, w: &[f64], vals: &mut [f64]) {
        let (rows, of_cuts) = vals.split_at_mut(self.conditions.jac_structure().nnz());
        self.conditions.jac_coord(w, rows);
        let (nx, z) = (self.nx, &w[..self.nz]);
        self.with_work(|work| {
            for (row, cut) in of_cuts.chunks_exact_mut(self.nz).zip(self.cuts) {
                cut.respond(&z[..nx], &mut work.response);
                self.lower.grad(z, &mut work.at_y);
                self.lower.grad(&work.response, &mut work.at_s);
                row.copy_from_slice(&work.at_y);
                for j in 0..nx {
                    let column: f64 = work.at_s[nx..]
                        .iter()
                        .enumerate()
                        .map(|(i, slope)| slope * cut.slope[i * nx + j])
                        .sum();
                    row[j] += column - work.at_s[j];
                }
            }
        });
    }
}

impl TwiceSmooth for WithCuts<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, w: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let (rows, of_cuts) = y.split_at(self.first());
        let (own, triangle) = vals.split_at_mut(self.conditions.hess_structure().nnz());
        self.conditions.hess_coord(w, rows, sigma, own);
        triangle.fill(0.0);
        let (nz, z) = (self.nz, &w[..self.nz]);
        self.with_work(|work| {
            let mut add = |factor: f64, matrix: &[f64]| {
                let mut k = 0;
                for i in 0..nz {
                    for j in 0..=i {
                        triangle[k] += factor * matrix[i * nz + j];
                        k += 1;
                    }
                }
            };
            for (cut, &multiplier) in self.cuts.iter().zip(of_cuts) {
                if multiplier == 0.0 {
                    continue;
                }
                self.hessian(z, work);
                add(multiplier, &work.full);
                let mut response = std::mem::take(&mut work.response);
                cut.respond(&z[..self.nx], &mut response);
                self.hessian(&response, work);
                work.response = response;
                self.fold(cut, work);
                add(-multiplier, &work.folded);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, WithCuts};
    use nlp_model::{AutoBilevel, KktConditions, Linearised, Model, check};

    nlp_model::bilevel! {
        struct Moving(x1, x2; y1, y2);
        F = x1 + y1 * y2;
        G <= 0: [x1 - 3.0];
        f = (y1 * x1).cos() + y2.powi(2) * x2 + y1 * y2.powi(3);
        g <= 0: [x1 - y1 + x2.powi(2), -y2 - 1.0, y1 - 9.0];
    }

    #[test]
    fn derivatives_of_cuts_are_exact_and_responses_follow_the_active_rows() {
        let problem = AutoBilevel::new("moving", Moving);
        let qvi = Linearised::new(&problem).unwrap();
        let conditions = KktConditions::new(&qvi).unwrap();
        // the first row is active at s = (2, 0.5)
        let cuts = [
            Cut::new(&problem, &[1.0, 1.0], &[2.0, 0.5]),
            Cut::new(&problem, &[0.0, 1.0], &[3.0, 0.5]),
        ];
        assert_eq!(cuts[0].slope, [-1.0, -2.0, 0.0, 0.0]);
        let mut z = [0.0; 4];
        cuts[0].respond(&[1.5, 1.25], &mut z);
        assert_eq!(z, [1.5, 1.25, 3.0, 0.5]);
        cuts[1].respond(&[1.5, 1.25], &mut z);
        assert_eq!(z, [1.5, 1.25, 3.0, 0.5]);

        let with = WithCuts::new(&problem, &conditions, &cuts).unwrap();
        let point = [0.7, 0.4, 0.3, 0.5, 1.5, 0.8, 0.2];
        assert_eq!(with.meta().ncon(), conditions.meta().ncon() + 2);
        assert!(check::derivatives(&with, &point).unwrap().max() < 1e-6);
    }
}
