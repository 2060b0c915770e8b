//! A model with exact derivatives from one generic function.

mod first;
mod second;
mod sweeps;

use std::collections::HashMap;
use std::sync::OnceLock;

use linalg::Pattern;
use num_dual::{HyperDual64, HyperHyperDual64};

use crate::compression::{Compression, LANES};
use crate::counters::Verb;
use crate::elements::Expansion;
use crate::lanes::Lanes;
use crate::scratch::Scratch;
use crate::structure::Structure;
use crate::{Counters, Functions, Meta, Model, ModelError, Scalar, Tape, TwiceSmooth};
use sweeps::Sweeps;

/// Exact derivatives of [`Functions`], as an object-safe model.
///
/// The sparsity of Jacobian and Hessian is read off the formula at construction, or given
/// ([`with_patterns`](AutoModel::with_patterns)); Jacobian entries that cannot change and the Hessian of a
/// quadratic objective are evaluated once.
///
/// # Cost
/// Columns of the Jacobian that share no row have one colour, and three colours make one pass of
/// about seven evaluations of a cheap formula, fewer of a dear one. A banded Jacobian costs the same for any
/// number of variables, a tridiagonal one a single pass.
///
/// Up to 32 variables, gradients take one such pass for three variables, Hessians and their
/// directional derivatives an evaluation in hyper-dual numbers for each entry (about five and twelve
/// ordinary ones).
///
/// Beyond, the formula is kept as a list of operations and differentiated backwards. Gradients, Jᵀw and H v
/// cost one sweep, Hessians and their directional derivatives one for each three colours of a star
/// colouring of their structure, from which every entry is read without substitution. A sweep takes the
/// same time per operation for any number of variables. It interprets the list, which for a chain of
/// polynomials takes 25 (H v) to 60 (gradient) and up to 110 (Hessian) evaluations of the compiled formula; the share
/// is smaller where operations are dear.
#[derive(Debug)]
pub struct AutoModel<U> {
    functions: U,
    meta: Meta,
    structure: Structure,
    /// The Jacobian entries that are constant, with their values.
    constant_jac: Vec<(usize, f64)>,
    /// The Hessian of the objective when it is quadratic.
    constant_hess: Option<Vec<f64>>,
    jacobian: Compression,
    /// Backward differentiation, of models with more than [`SMALL`] variables.
    sweeps: Option<Sweeps>,
    formula: OnceLock<Tape>,
    counters: Counters,
    values: Scratch<f64>,
    lanes: Scratch<Lanes<f64, LANES>>,
    hyper_duals: Scratch<HyperDual64>,
    third_duals: Scratch<HyperHyperDual64>,
}

/// Most variables for which an evaluation for each entry of the Hessian is preferred.
const SMALL: usize = 32;

impl<U: Functions> AutoModel<U> {
    /// A model of `functions` with the sizes, start and bounds of `meta`.
    ///
    /// Reads the structure off the formula, which costs one evaluation and time proportional to the
    /// operations and to the entries found.
    pub fn new(functions: U, meta: Meta) -> Self {
        let tape = Tape::record(&functions, meta.nvar(), meta.ncon());
        let structure = Structure::detect(&tape);
        Self::build(functions, meta, &tape, structure)
    }

    /// The same with given structures: the Jacobian's (ncon × nvar) and the lower triangle of the Hessian's
    /// (nvar × nvar). Both are sorted by columns, and duplicates are dropped.
    ///
    /// The patterns must hold every entry that can be nonzero. One that is missing spoils others, which
    /// [`check::pattern`](fn@crate::check::pattern) finds out.
    ///
    /// # Errors
    /// [`ModelError::Dimension`] and [`ModelError::UpperTriangle`] when a pattern does not fit.
    pub fn with_patterns(
        functions: U,
        meta: Meta,
        jacobian: &Pattern,
        hessian: &Pattern,
    ) -> Result<Self, ModelError> {
        let structure = Structure::given(meta.nvar(), meta.ncon(), jacobian, hessian)?;
        let tape = Tape::record(&functions, meta.nvar(), meta.ncon());
        Ok(Self::build(functions, meta, &tape, structure))
    }

    fn build(functions: U, meta: Meta, tape: &Tape, mut structure: Structure) -> Self {
        let expansion = Expansion::of(tape);
        let constant_jac = constant_entries(&expansion, &mut structure);
        let varies: Vec<bool> = structure.is_constant.iter().map(|c| !c).collect();
        let jacobian = Compression::of_columns(&structure.jac, &varies);
        let is_large = meta.nvar() > SMALL;
        let sweeps = is_large.then(|| Sweeps::new(tape, expansion, &structure.hess));
        let mut model = AutoModel {
            functions,
            meta,
            structure,
            constant_jac,
            constant_hess: None,
            jacobian,
            sweeps,
            formula: OnceLock::new(),
            counters: Counters::default(),
            values: Scratch::new(),
            lanes: Scratch::new(),
            hyper_duals: Scratch::new(),
            third_duals: Scratch::new(),
        };
        if model.structure.obj_is_quadratic {
            let mut hess = vec![0.0; model.structure.hess.nnz()];
            let no_multipliers = vec![0.0; model.meta.ncon()];
            let point = reference_point(model.meta.nvar());
            model.hess_coord(&point, &no_multipliers, 1.0, &mut hess);
            model.counters.reset();
            model.constant_hess = linalg::slice::all_finite(&hess).then_some(hess);
        }
        model
    }

    /// The functions this model is made of, for other readings of the same formulas.
    pub fn functions(&self) -> &U {
        &self.functions
    }

    /// Numbers of colours of the Jacobian's columns, and of the Hessian's variables when the model is large
    /// enough for them to be used.
    pub fn colours(&self) -> (usize, Option<usize>) {
        let hessian = self.sweeps.as_ref().map(Sweeps::colours);
        (self.jacobian.colours(), hessian)
    }
}

impl<U: Functions> Model for AutoModel<U> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        assert_eq!(x.len(), self.meta.nvar(), "length of x");
        self.counters.add(Verb::Obj);
        self.functions.obj(x)
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        assert_eq!(
            (x.len(), c.len()),
            (self.meta.nvar(), self.meta.ncon()),
            "lengths of x and c"
        );
        self.counters.add(Verb::Cons);
        c.fill(0.0);
        self.functions.cons(x, c);
    }
    fn counters(&self) -> Option<&Counters> {
        Some(&self.counters)
    }
    fn formula(&self) -> Option<&Tape> {
        let record = || Tape::record(&self.functions, self.meta.nvar(), self.meta.ncon());
        Some(self.formula.get_or_init(record))
    }
}

/// Copies a point into a number type, as constants.
fn lift<T: Scalar>(x: &[f64], t: &mut [T]) {
    for (t, &x) in t.iter_mut().zip(x) {
        *t = T::from(x);
    }
}

/// A point away from the places where formulas tend to be singular.
fn reference_point(nvar: usize) -> Vec<f64> {
    (0..nvar)
        .map(|j| 1.0 + (0.618 * (j + 1) as f64).fract())
        .collect()
}

/// The Jacobian entries that the structure calls constant, which are factors of affine terms; one that
/// is not finite is not called constant any more.
fn constant_entries(expansion: &Expansion, structure: &mut Structure) -> Vec<(usize, f64)> {
    let mut found = Vec::new();
    let entries = structure.jac.iter().enumerate();
    let constant = entries.filter(|&(k, _)| structure.is_constant[k]);
    let place: HashMap<(usize, usize), usize> = constant.map(|(k, at)| (at, k)).collect();
    for term in expansion.affine.iter().filter(|term| term.sum > 0) {
        if let Some(&k) = place.get(&(term.sum - 1, term.op)) {
            structure.is_constant[k] = term.factor.is_finite();
            if structure.is_constant[k] {
                found.push((k, term.factor));
            }
        }
    }
    debug_assert_eq!(
        found.len(),
        structure.is_constant.iter().filter(|&&c| c).count()
    );
    found
}
