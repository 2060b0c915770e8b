//! Multipliers of the lower level at a given point.

use linalg::slice::norm_inf;
use nlp_model::{Model, OneSided, Smooth, TwiceSmooth};

use crate::quadratic::{DualMethod, Problem, Verdict};

/// Rows at least −this are active; the second value is for points that are less accurate.
const ACTIVE: [f64; 2] = [1e-7, 1e-4];
/// Relative residual with which the first value is enough.
const ACCURATE: f64 = 1e-6;

/// Finds w with ∇ᵧf + Σ wⱼ ∇ᵧgⱼ = 0, wⱼ ≥ 0 for active inequalities, wⱼ = 0 for the others.
#[derive(Debug)]
pub(super) struct LowerMultipliers<'p> {
    lower: OneSided<'p>,
    nx: usize,
    method: DualMethod,
    g: Vec<f64>,
    c: Vec<f64>,
    jac: Vec<f64>,
    rows: Vec<f64>,
    b: Vec<f64>,
    from: Vec<usize>,
}

impl<'p> LowerMultipliers<'p> {
    pub fn new(lower: &'p dyn TwiceSmooth, nx: usize) -> Self {
        let lower = OneSided::new(lower);
        let (n, m) = (lower.meta().nvar(), lower.meta().ncon());
        LowerMultipliers {
            nx,
            method: DualMethod::new(n - nx),
            g: vec![0.0; n],
            c: vec![0.0; m],
            jac: vec![0.0; lower.jac_structure().nnz()],
            rows: Vec::new(),
            b: Vec::new(),
            from: Vec::new(),
            lower,
        }
    }

    /// w at z = (x, y), one for each row of the one-sided form, and ‖∇ᵧf + Σ wⱼ ∇ᵧgⱼ‖∞ / max(1, ‖∇ᵧf‖∞):
    /// NaN where derivatives are not finite.
    pub fn at(&mut self, z: &[f64]) -> (Vec<f64>, f64) {
        self.lower.grad(z, &mut self.g);
        self.lower.cons(z, &mut self.c);
        self.lower.jac_coord(z, &mut self.jac);
        let mut best = (vec![0.0; self.c.len()], f64::NAN);
        for active in ACTIVE {
            let found = self.project(active);
            if best.1.is_nan() || found.1 < best.1 {
                best = found;
            }
            if best.1 <= ACCURATE {
                break;
            }
        }
        best
    }

    /// The projection of −∇ᵧf on the cone { d : ∇ᵧgⱼᵀd ≤ 0 for active j } is the residual, its multipliers are w.
    fn project(&mut self, active: f64) -> (Vec<f64>, f64) {
        let (n, m, nx) = (self.g.len(), self.c.len(), self.nx);
        let meta = self.lower.meta();
        let mut dense = vec![0.0; m * (n - nx)];
        for ((i, j), value) in self.lower.jac_structure().iter().zip(&self.jac) {
            if j >= nx {
                dense[i * (n - nx) + j - nx] -= value;
            }
        }
        self.rows.clear();
        self.from.clear();
        let mut equalities = 0;
        for wants_equality in [true, false] {
            for j in 0..m {
                let is_equality = meta.is_equality(j);
                if is_equality == wants_equality && (is_equality || self.c[j] >= -active) {
                    self.rows
                        .extend_from_slice(&dense[j * (n - nx)..(j + 1) * (n - nx)]);
                    self.from.push(j);
                }
            }
            if wants_equality {
                equalities = self.from.len();
            }
        }
        self.b.clear();
        self.b.resize(self.from.len(), 0.0);
        self.method.factor_identity();
        let verdict = self.method.solve(&Problem {
            g: &self.g[nx..],
            rows: &self.rows,
            b: &self.b,
            equalities,
        });
        let mut w = vec![0.0; m];
        if verdict != Verdict::Solved {
            return (w, f64::NAN);
        }
        for (&j, lambda) in self.from.iter().zip(&self.method.lambda) {
            w[j] = *lambda;
        }
        (
            w,
            norm_inf(&self.method.d) / norm_inf(&self.g[nx..]).max(1.0),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::LowerMultipliers;
    use nlp_model::{AutoBilevel, Bilevel};

    nlp_model::bilevel! {
        struct Corner(x; y1, y2);
        F = x;
        G <= 0: [];
        f = 3.0 * y1 + x * y2;
        g <= 0: [-y1, x - y1 - y2, y1 - 5.0];
    }

    #[test]
    fn multipliers_balance_the_gradient_and_have_a_sign() {
        let problem = AutoBilevel::new("corner", Corner);
        let mut multipliers = LowerMultipliers::new(problem.lower(), 1);
        // (3, 2) = w₁ (1, 0) + w₂ (1, 1)
        let (w, residual) = multipliers.at(&[2.0, 0.0, 2.0]);
        assert!(residual < 1e-14);
        assert!((w[0] - 1.0).abs() < 1e-14 && (w[1] - 2.0).abs() < 1e-14 && w[2] == 0.0);
        // only the second row is active: the projection of (−3, −2) on a half space
        let (w, residual) = multipliers.at(&[2.0, 1.0, 1.0]);
        assert!((w[1] - 2.5).abs() < 1e-14 && (residual - 0.5 / 3.0).abs() < 1e-14);
        // no row is active at the wrong end: all of the gradient is left
        assert_eq!(multipliers.at(&[2.0, 4.0, 4.0]), (vec![0.0; 3], 1.0));
    }
}
