//! Levels with constraints as more levels without.

use linalg::Pattern;

use super::SquaredSlack;
use crate::scratch::Scratch;
use crate::{Counters, Meta, Model, Multilevel, Smooth, TwiceSmooth};

/// A multilevel problem with rows and bounds as one without, over (x, z).
///
/// Before each level with constraints stands a level that minimizes their violation ½‖g(x) + z²‖² with squared
/// slacks ([`SquaredSlack`]); z holds the slacks of all levels in their order. Where constraints are satisfiable and
/// their gradients independent, the minimizers of the violation are a manifold.
///
/// The violation's Hessian is dense: for problems with at most some hundred variables and slacks.
pub struct SlackLevels<'a> {
    models: Vec<Box<dyn TwiceSmooth + 'a>>,
    /// For each level, the original level, or none for a violation.
    origin: Vec<Option<usize>>,
    nx: usize,
    problem: &'a dyn Multilevel,
}

impl std::fmt::Debug for SlackLevels<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SlackLevels")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl<'a> SlackLevels<'a> {
    /// True when a level of `problem` has a row or a bound.
    pub fn is_needed(problem: &dyn Multilevel) -> bool {
        (0..problem.levels()).any(|k| {
            let meta = problem.level(k).meta();
            meta.ncon() > 0 || meta.has_bounds()
        })
    }

    /// The levels of `problem` with those of the violations between them.
    pub fn new(problem: &'a dyn Multilevel) -> Self {
        let nx = problem.level(0).meta().nvar();
        let slack = |k| SquaredSlack::new(problem.level(k));
        let slacks = |k: usize| slack(k).meta().nvar() - nx;
        let all = nx + (0..problem.levels()).map(slacks).sum::<usize>();
        let (mut models, mut origin): (Vec<Box<dyn TwiceSmooth + 'a>>, _) =
            (Vec::new(), Vec::new());
        let mut first = nx;
        for k in 0..problem.levels() {
            let model = slack(k);
            let count = slacks(k);
            if model.meta().ncon() > 0 {
                models.push(Box::new(Violation::new(model, nx, first, all)));
                origin.push(None);
            }
            models.push(Box::new(Objective::new(problem.level(k), all)));
            origin.push(Some(k));
            first += count;
        }
        SlackLevels {
            models,
            origin,
            nx,
            problem,
        }
    }

    /// (x, z) with slacks that satisfy the inequalities as far as x does, none of them zero.
    pub fn start(&self, x: &[f64]) -> Vec<f64> {
        let mut start = x.to_vec();
        for k in 0..self.problem.levels() {
            let slack = SquaredSlack::new(self.problem.level(k));
            start.extend_from_slice(&slack.start(x)[self.nx..]);
        }
        start
    }

    /// For each level, the level of the original, or none for a violation.
    pub fn origin(&self) -> &[Option<usize>] {
        &self.origin
    }

    /// x of a point (x, z).
    pub fn original<'x>(&self, point: &'x [f64]) -> &'x [f64] {
        &point[..self.nx]
    }
}

impl Multilevel for SlackLevels<'_> {
    fn levels(&self) -> usize {
        self.models.len()
    }
    fn level(&self, k: usize) -> &dyn TwiceSmooth {
        self.models[k].as_ref()
    }
}

/// The objective of a model, over more variables.
struct Objective<'a> {
    model: &'a dyn TwiceSmooth,
    meta: Meta,
    no_rows: Pattern,
    hess: Pattern,
    no_multipliers: Vec<f64>,
}

impl<'a> Objective<'a> {
    fn new(model: &'a dyn TwiceSmooth, all: usize) -> Self {
        let hess = Pattern::from_entries(all, all, model.hess_structure().iter());
        Objective {
            model,
            meta: Meta::new(model.meta().name(), all, 0),
            no_rows: Pattern::empty(0, all),
            hess: hess.expect("a larger matrix holds the smaller"),
            no_multipliers: vec![0.0; model.meta().ncon()],
        }
    }
    fn nx(&self) -> usize {
        self.model.meta().nvar()
    }
}

impl Model for Objective<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        self.model.obj(&x[..self.nx()])
    }
    fn cons(&self, _: &[f64], _: &mut [f64]) {}
    fn counters(&self) -> Option<&Counters> {
        self.model.counters()
    }
}

impl Smooth for Objective<'_> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        g.fill(0.0);
        let n = self.nx();
        self.model.grad(&x[..n], &mut g[..n]);
    }
    fn jac_structure(&self) -> &Pattern {
        &self.no_rows
    }
    fn jac_coord(&self, _: &[f64], _: &mut [f64]) {}
}

impl TwiceSmooth for Objective<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, x: &[f64], _: &[f64], sigma: f64, vals: &mut [f64]) {
        let y = &self.no_multipliers;
        self.model.hess_coord(&x[..self.nx()], y, sigma, vals);
    }
    fn hess_directional(&self, x: &[f64], _: &[f64], sigma: f64, v: &[f64], vals: &mut [f64]) {
        let (n, y) = (self.nx(), &self.no_multipliers);
        self.model
            .hess_directional(&x[..n], y, sigma, &v[..n], vals);
    }
}

/// ½‖g(x) + z²‖² over (x, all slacks), with the slacks of one level.
struct Violation<'a> {
    model: SquaredSlack<'a>,
    meta: Meta,
    no_rows: Pattern,
    hess: Pattern,
    /// Places of the model's variables among all.
    places: Vec<usize>,
    scratch: Scratch<f64>,
}

impl<'a> Violation<'a> {
    fn new(model: SquaredSlack<'a>, nx: usize, first: usize, all: usize) -> Self {
        let slacks = model.meta().nvar() - nx;
        let places: Vec<usize> = (0..nx).chain(first..first + slacks).collect();
        // places increase, so that the lower triangle stays one
        let lower = Pattern::lower_triangle(places.len());
        let entries = lower.iter().map(|(i, j)| (places[i], places[j]));
        Violation {
            meta: Meta::new(format!("{} (violation)", model.meta().name()), all, 0),
            no_rows: Pattern::empty(0, all),
            hess: Pattern::from_entries(all, all, entries).expect("places among all"),
            places,
            model,
            scratch: Scratch::new(),
        }
    }

    /// Calls `work` with the model's variables and its residuals there.
    fn at<R>(&self, x: &[f64], work: impl FnOnce(&[f64], &[f64]) -> R) -> R {
        let (n, m) = (self.places.len(), self.model.meta().ncon());
        self.scratch.with(n + m, 0.0, |buffer| {
            let (own, c) = buffer.split_at_mut(n);
            for (own, &place) in own.iter_mut().zip(&self.places) {
                *own = x[place];
            }
            self.model.cons(own, c);
            work(own, c)
        })
    }
}

impl Model for Violation<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        self.at(x, |_, c| 0.5 * linalg::slice::dot(c, c))
    }
    fn cons(&self, _: &[f64], _: &mut [f64]) {}
}

impl Smooth for Violation<'_> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        g.fill(0.0);
        self.at(x, |own, c| {
            self.scratch.with(own.len(), 0.0, |product| {
                self.model.jtprod(own, c, product);
                for (&place, value) in self.places.iter().zip(&*product) {
                    g[place] = *value;
                }
            });
        });
    }
    fn jac_structure(&self) -> &Pattern {
        &self.no_rows
    }
    fn jac_coord(&self, _: &[f64], _: &mut [f64]) {}
}

impl TwiceSmooth for Violation<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    /// JᵀJ + Σ cᵢ∇²cᵢ.
    fn hess_coord(&self, x: &[f64], _: &[f64], sigma: f64, vals: &mut [f64]) {
        let (n, m) = (self.places.len(), self.model.meta().ncon());
        let jac = self.model.jac_structure();
        let hess = self.model.hess_structure();
        self.at(x, |own, c| {
            self.scratch.with(m * n + n * n, 0.0, |dense| {
                let (rows, second) = dense.split_at_mut(m * n);
                let nnz = jac.nnz().max(hess.nnz());
                self.scratch.with(nnz, 0.0, |entries| {
                    let entries_of_jac = &mut entries[..jac.nnz()];
                    self.model.jac_coord(own, entries_of_jac);
                    jac.to_dense(entries_of_jac, rows);
                    let entries_of_hess = &mut entries[..hess.nnz()];
                    self.model.hess_coord(own, c, 0.0, entries_of_hess);
                    hess.to_dense_symmetric(entries_of_hess, second);
                });
                let lower = (0..n).flat_map(|j| (j..n).map(move |i| (i, j)));
                for (value, (i, j)) in vals.iter_mut().zip(lower) {
                    let columns = (&rows[i * m..(i + 1) * m], &rows[j * m..(j + 1) * m]);
                    let first = linalg::slice::dot(columns.0, columns.1);
                    *value = sigma * (first + second[i + j * n]);
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::SlackLevels;
    use crate::{AutoModel, Functions, Levels, Meta, Multilevel, Scalar, check};

    struct Level(usize);
    impl Functions for Level {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[self.0].exp() * x[1]
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            if let [row] = c {
                *row = x[0].powi(3) - x[1];
            }
        }
    }

    #[test]
    fn a_violation_stands_before_each_level_with_constraints() {
        let bounded = Meta::new("first", 2, 1)
            .variable_bounds(&[0.0, 0.0], &[f64::INFINITY, 3.0])
            .expect("bounds that agree");
        let free = Meta::new("second", 2, 0);
        let row = Meta::new("third", 2, 1);
        let models = vec![
            Box::new(AutoModel::new(Level(0), bounded)) as _,
            Box::new(AutoModel::new(Level(1), free)) as _,
            Box::new(AutoModel::new(Level(0), row)) as _,
        ];
        let levels = Levels::new(models).expect("levels of one size");
        assert!(SlackLevels::is_needed(&levels));
        let slack = SlackLevels::new(&levels);
        assert_eq!(slack.origin(), [None, Some(0), Some(1), None, Some(2)]);
        let start = slack.start(&[0.5, 1.0]);
        // the row and three bounds, then the row of the third level
        assert_eq!(start.len(), 2 + 4 + 1);
        assert!(slack.level(0).obj(&start) < 1e-28 && slack.level(3).obj(&start) < 1e-28);
        let moved: Vec<f64> = start.iter().map(|v| v + 0.3).collect();
        for k in 0..slack.levels() {
            assert!(check::derivatives(slack.level(k), &moved).unwrap().max() < 1e-7);
        }
    }
}
