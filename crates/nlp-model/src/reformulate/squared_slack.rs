//! Inequalities as equalities with squared slacks.

use linalg::Pattern;

use crate::scratch::Scratch;
use crate::{Counters, Meta, Model, OneSided, Smooth, TwiceSmooth};

/// g(x) ≤ 0 as g(x) + z² = 0, over the variables (x, z); equalities stay as they are.
///
/// Every solution of the original gives solutions ±z. The converse fails: where z = 0 the gradient with
/// respect to z vanishes, so points with active rows are stationary whatever the sign of their multipliers.
/// A row and its slack keep the place of the row in the [`OneSided`] model; slacks stand in the order of
/// their rows.
pub struct SquaredSlack<'a> {
    model: OneSided<'a>,
    meta: Meta,
    /// Rows with a slack, in increasing order.
    rows: Vec<usize>,
    jac: Pattern,
    hess: Pattern,
    scratch: Scratch<f64>,
}

impl std::fmt::Debug for SquaredSlack<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SquaredSlack")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

/// Smallest slack squared at a start: at z = 0 nothing would move z.
const SMALLEST: f64 = 1e-2;

impl<'a> SquaredSlack<'a> {
    /// The model with slacks.
    pub fn new(model: &'a dyn TwiceSmooth) -> Self {
        let model = OneSided::new(model);
        let (n, m) = (model.meta().nvar(), model.meta().ncon());
        let rows: Vec<usize> = (0..m).filter(|&i| !model.meta().is_equality(i)).collect();
        let all = n + rows.len();
        let slacks = || rows.iter().enumerate();
        let jac = model.jac_structure().iter();
        let jac = jac.chain(slacks().map(|(k, &i)| (i, n + k)));
        let hess = model.hess_structure().iter();
        let hess = hess.chain(slacks().map(|(k, _)| (n + k, n + k)));
        let fits = "entries lie inside of the larger matrices";
        let jac = Pattern::from_entries(m, all, jac).expect(fits);
        let hess = Pattern::from_entries(all, all, hess).expect(fits);
        let mut slack = SquaredSlack {
            meta: Meta::new(model.meta().name(), all, m).inequalities_then_equalities(0),
            model,
            rows,
            jac,
            hess,
            scratch: Scratch::new(),
        };
        let start = slack.start(slack.model.meta().x0());
        if let Ok(meta) = slack.meta.clone().start(&start) {
            slack.meta = meta;
        }
        slack
    }

    /// (x, z) with z² = max(−g(x), 1/100), so that no slack begins at zero.
    pub fn start(&self, x: &[f64]) -> Vec<f64> {
        let mut g = vec![0.0; self.meta.ncon()];
        self.model.cons(x, &mut g);
        let mut start = x.to_vec();
        start.extend(self.rows.iter().map(|&i| (-g[i]).max(SMALLEST).sqrt()));
        start
    }

    /// The model with its inequalities.
    pub fn one_sided(&self) -> &OneSided<'a> {
        &self.model
    }

    /// For each slack, its row.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    fn nx(&self) -> usize {
        self.model.meta().nvar()
    }
}

impl Model for SquaredSlack<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        self.model.obj(&x[..self.nx()])
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        let (x, z) = x.split_at(self.nx());
        self.model.cons(x, c);
        for (z, &i) in z.iter().zip(&self.rows) {
            c[i] += z * z;
        }
    }
    fn counters(&self) -> Option<&Counters> {
        self.model.counters()
    }
}

impl Smooth for SquaredSlack<'_> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        let (gx, gz) = g.split_at_mut(self.nx());
        self.model.grad(&x[..self.nx()], gx);
        gz.fill(0.0);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        let (x, z) = x.split_at(self.nx());
        let (original, slacks) = vals.split_at_mut(self.model.jac_structure().nnz());
        self.model.jac_coord(x, original);
        for (value, z) in slacks.iter_mut().zip(z) {
            *value = 2.0 * z;
        }
    }
}

impl TwiceSmooth for SquaredSlack<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let (original, slacks) = vals.split_at_mut(self.model.hess_structure().nnz());
        self.model.hess_coord(&x[..self.nx()], y, sigma, original);
        for (value, &i) in slacks.iter_mut().zip(&self.rows) {
            *value = 2.0 * y[i];
        }
    }
    fn hprod(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        self.scratch.with(self.hess.nnz(), 0.0, |vals| {
            self.hess_coord(x, y, sigma, vals);
            self.hess.mul_symmetric(vals, v, out);
        });
    }
    fn hess_directional(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        let (original, slacks) = vals.split_at_mut(self.model.hess_structure().nnz());
        let n = self.nx();
        self.model
            .hess_directional(&x[..n], y, sigma, &v[..n], original);
        slacks.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::SquaredSlack;
    use crate::{AutoModel, Functions, Meta, Model, Scalar, check};

    struct Disc;
    impl Functions for Disc {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] * x[1].exp()
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * x[0] + x[1] * x[1] - 4.0;
            c[1] = x[0] - x[1].powi(3);
        }
    }

    #[test]
    fn every_inequality_has_a_slack_and_derivatives_are_exact() {
        let meta = Meta::new("disc", 2, 2)
            .constraint_bounds(&[f64::NEG_INFINITY, 0.0], &[0.0, 0.0])
            .and_then(|meta| meta.variable_bounds(&[0.0, f64::NEG_INFINITY], &[1.0, f64::INFINITY]))
            .expect("bounds that agree");
        let model = AutoModel::new(Disc, meta);
        let slack = SquaredSlack::new(&model);
        // the disc, x₀ ≤ 1 and −x₀ ≤ 0; the equality has none
        assert_eq!((slack.meta().nvar(), slack.meta().ncon()), (5, 4));
        let start = slack.start(&[0.5, 0.25]);
        let mut c = [0.0; 4];
        slack.cons(&start, &mut c);
        assert!(c[0].abs() < 1e-14 && c[2].abs() < 1e-14 && c[3].abs() < 1e-14);
        assert!((c[1] - (0.5 - 0.25f64.powi(3))).abs() < 1e-15);
        assert!(check::derivatives(&slack, &start).unwrap().max() < 1e-8);
    }
}
