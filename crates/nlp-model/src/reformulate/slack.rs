//! Any model as equalities and bounds.

use linalg::Pattern;

use crate::scratch::Scratch;
use crate::{Counters, Meta, Model, Smooth, TwiceSmooth};

/// min α f(x)  s.t.  β ∘ (c(x) − b) − s = 0,  lvar ≤ x ≤ uvar,  β ∘ lcon ≤ s ≤ β ∘ ucon.
///
/// The variables are (x, s), with one slack for each row that has one finite bound or two different ones;
/// an equality row keeps its value b = lcon = ucon, the others have b = 0. All rows are equalities to 0.
/// Rows without a finite bound become 0 = 0. The scales α and β are 1 unless [`scaled`](Slack::scaled).
///
/// A multiplier ŷ of this form belongs to y = β ∘ ŷ / α of the original, and a bound multiplier ẑ of x
/// to z = ẑ / α.
pub struct Slack<'a> {
    model: &'a dyn TwiceSmooth,
    meta: Meta,
    /// The row of each slack.
    rows: Vec<usize>,
    jac: Pattern,
    hess: Pattern,
    /// b of the equality rows, 0 of the others.
    shift: Vec<f64>,
    obj_scale: f64,
    row_scales: Vec<f64>,
    scratch: Scratch<f64>,
}

impl std::fmt::Debug for Slack<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slack")
            .field("meta", &self.meta)
            .field("obj_scale", &self.obj_scale)
            .field("row_scales", &self.row_scales)
            .finish_non_exhaustive()
    }
}

impl<'a> Slack<'a> {
    /// The slack form of `model`, not scaled.
    pub fn new(model: &'a dyn TwiceSmooth) -> Self {
        let ones = vec![1.0; model.meta().ncon()];
        Slack::scaled(model, 1.0, ones)
    }

    /// The slack form with the scales α > 0 of the objective and β > 0 (ncon) of the rows.
    ///
    /// # Panics
    /// When a scale is not positive and finite, or their number is wrong.
    pub fn scaled(model: &'a dyn TwiceSmooth, obj_scale: f64, mut row_scales: Vec<f64>) -> Self {
        let positive = |v: &f64| *v > 0.0 && v.is_finite();
        assert!(
            positive(&obj_scale) && row_scales.iter().all(positive),
            "scales are positive"
        );
        let old = model.meta();
        let (n, m) = (old.nvar(), old.ncon());
        assert_eq!(row_scales.len(), m, "one scale for each row");
        let is_free = |i: usize| old.lcon()[i].is_infinite() && old.ucon()[i].is_infinite();
        let rows: Vec<usize> = (0..m)
            .filter(|&i| !old.is_equality(i) && !is_free(i))
            .collect();
        (0..m)
            .filter(|&i| is_free(i))
            .for_each(|i| row_scales[i] = 0.0);
        let shift: Vec<f64> = (0..m)
            .map(|i| {
                if old.is_equality(i) {
                    old.lcon()[i]
                } else {
                    0.0
                }
            })
            .collect();

        let with_slacks = |of_x: &[f64], of_rows: &[f64]| -> Vec<f64> {
            let slacks = rows.iter().map(|&i| row_scales[i] * of_rows[i]);
            of_x.iter().copied().chain(slacks).collect()
        };
        let entries = rows.iter().enumerate().map(|(k, &i)| (i, n + k));
        let fits = "slacks fit the sizes of the model";
        let total = n + rows.len();
        let jac = Pattern::from_entries(m, total, model.jac_structure().iter().chain(entries));
        let hess = Pattern::from_entries(total, total, model.hess_structure().iter());
        let (lower, upper) = (
            with_slacks(old.lvar(), old.lcon()),
            with_slacks(old.uvar(), old.ucon()),
        );
        let mut slack = Slack {
            model,
            meta: Meta::new(old.name(), total, m).inequalities_then_equalities(0),
            jac: jac.expect(fits),
            hess: hess.expect(fits),
            shift,
            obj_scale,
            row_scales,
            rows,
            scratch: Scratch::new(),
        };
        let mut start = vec![0.0; total];
        slack.lift(old.x0(), &mut start);
        let meta = slack.meta.variable_bounds(&lower, &upper);
        // c may not exist at the start of the model; then the slacks begin at 0
        start.iter_mut().for_each(|v| {
            if !v.is_finite() {
                *v = 0.0;
            }
        });
        slack.meta = meta.and_then(|meta| meta.start(&start)).expect(fits);
        slack
    }

    /// (x, s) for a point x, with the slacks β ∘ c(x) moved into their bounds, into `v` (nvar of this
    /// form).
    pub fn lift(&self, x: &[f64], v: &mut [f64]) {
        let (of_x, slacks) = v.split_at_mut(x.len());
        of_x.copy_from_slice(x);
        let old = self.model.meta();
        self.scratch.with(old.ncon(), 0.0, |c| {
            self.model.cons(x, c);
            for (s, &i) in slacks.iter_mut().zip(&self.rows) {
                // not `clamp`, which panics on NaN
                *s = self.row_scales[i] * c[i].max(old.lcon()[i]).min(old.ucon()[i]);
            }
        });
    }

    /// The row of each slack, in the order of the slacks.
    pub fn slack_rows(&self) -> &[usize] {
        &self.rows
    }
    /// α.
    pub fn obj_scale(&self) -> f64 {
        self.obj_scale
    }
    /// β (ncon), 0 for rows without a finite bound.
    pub fn row_scales(&self) -> &[f64] {
        &self.row_scales
    }

    fn nx(&self) -> usize {
        self.model.meta().nvar()
    }

    /// Calls `work` with β ∘ y.
    fn with_multipliers(&self, y: &[f64], work: impl FnOnce(&[f64])) {
        self.scratch.with(y.len(), 0.0, |scaled| {
            for ((scaled, y), beta) in scaled.iter_mut().zip(y).zip(&self.row_scales) {
                *scaled = beta * y;
            }
            work(scaled);
        });
    }
}

impl Model for Slack<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, v: &[f64]) -> f64 {
        self.obj_scale * self.model.obj(&v[..self.nx()])
    }
    fn cons(&self, v: &[f64], c: &mut [f64]) {
        let (x, s) = v.split_at(self.nx());
        self.model.cons(x, c);
        for (i, c) in c.iter_mut().enumerate() {
            let beta = self.row_scales[i];
            *c = if beta == 0.0 {
                0.0
            } else {
                beta * (*c - self.shift[i])
            };
        }
        for (&i, s) in self.rows.iter().zip(s) {
            c[i] -= s;
        }
    }
    fn counters(&self) -> Option<&Counters> {
        self.model.counters()
    }
}

impl Smooth for Slack<'_> {
    fn grad(&self, v: &[f64], g: &mut [f64]) {
        let n = self.nx();
        self.model.grad(&v[..n], &mut g[..n]);
        linalg::slice::scale(self.obj_scale, &mut g[..n]);
        g[n..].fill(0.0);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, v: &[f64], vals: &mut [f64]) {
        let (original, slacks) = vals.split_at_mut(self.model.jac_structure().nnz());
        self.model.jac_coord(&v[..self.nx()], original);
        for (value, &i) in original.iter_mut().zip(self.jac.rows()) {
            *value *= self.row_scales[i];
        }
        slacks.fill(-1.0);
    }
}

impl TwiceSmooth for Slack<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, v: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let (x, sigma) = (&v[..self.nx()], sigma * self.obj_scale);
        self.with_multipliers(y, |y| self.model.hess_coord(x, y, sigma, vals));
    }
    fn hprod(&self, v: &[f64], y: &[f64], sigma: f64, d: &[f64], out: &mut [f64]) {
        let (n, sigma) = (self.nx(), sigma * self.obj_scale);
        let (head, tail) = out.split_at_mut(n);
        tail.fill(0.0);
        self.with_multipliers(y, |y| self.model.hprod(&v[..n], y, sigma, &d[..n], head));
    }
    fn hess_directional(&self, v: &[f64], y: &[f64], sigma: f64, d: &[f64], vals: &mut [f64]) {
        let (n, sigma) = (self.nx(), sigma * self.obj_scale);
        self.with_multipliers(y, |y| {
            self.model
                .hess_directional(&v[..n], y, sigma, &d[..n], vals)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::Slack;
    use crate::{AutoModel, Functions, Meta, Model, Scalar, check};

    struct Two;
    impl Functions for Two {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] * x[1].powi(2)
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * x[0] + x[1];
            c[1] = x[1].powi(3);
            c[2] = x[0] * x[1];
        }
    }

    fn two() -> AutoModel<Two> {
        let inf = f64::INFINITY;
        let meta = Meta::new("two", 2, 3)
            .start(&[3.0, -2.0])
            .and_then(|m| m.constraint_bounds(&[-1.0, -inf, 2.0], &[4.0, 5.0, 2.0]))
            .and_then(|m| m.variable_bounds(&[0.0, -inf], &[inf, 5.0]))
            .unwrap();
        AutoModel::new(Two, meta)
    }

    #[test]
    fn rows_become_equalities_and_their_bounds_bound_the_slacks() {
        let model = two();
        let slack = Slack::scaled(&model, 2.0, vec![0.5, 1.0, 10.0]);
        let meta = slack.meta();
        // c = (7, −8, −6): the first slack stops at its upper bound 0.5 · 4
        assert_eq!(meta.x0(), [3.0, -2.0, 2.0, -8.0]);
        assert_eq!(meta.lvar()[2..], [-0.5, f64::NEG_INFINITY]);
        assert_eq!(meta.uvar()[2..], [2.0, 5.0]);
        assert!((0..3).all(|i| meta.is_equality(i)));
        let mut c = [0.0; 3];
        slack.cons(meta.x0(), &mut c);
        assert_eq!(c, [1.5, 0.0, -80.0]);
        assert_eq!(slack.obj(meta.x0()), 2.0 * 12.0);
    }

    #[test]
    fn a_row_without_bounds_vanishes() {
        let inf = f64::INFINITY;
        let meta = Meta::new("free", 2, 3)
            .constraint_bounds(&[-inf, -inf, 0.0], &[inf, 1.0, 0.0])
            .unwrap();
        let model = AutoModel::new(Two, meta);
        let slack = Slack::new(&model);
        assert_eq!((slack.meta().nvar(), slack.slack_rows()), (3, &[1][..]));
        let mut c = [9.0; 3];
        slack.cons(&[1.0, 2.0, 5.0], &mut c);
        assert_eq!(c, [0.0, 3.0, 2.0]);
    }

    #[test]
    fn derivatives_of_the_scaled_form_agree_with_differences() {
        let model = two();
        let slack = Slack::scaled(&model, 2.0, vec![0.5, 1.0, 10.0]);
        let errors = check::derivatives(&slack, &[0.4, -0.3, 0.2, 0.1]).unwrap();
        assert!(errors.max() < 1e-7, "{errors:?}");
    }
}
