//! Nonlinear and mixed complementarity problems.

use std::cell::RefCell;

use linalg::Pattern;
use nlp_model::{Smooth, check_point};

use super::block::Block;
use super::check_size;
use crate::{PairRule, SemismoothSystem, SsnError};

/// Find l ≤ x ≤ u with Fᵢ(x) ≥ 0 where xᵢ < uᵢ, and Fᵢ(x) ≤ 0 where xᵢ > lᵢ.
///
/// F is the constraint function of a model with as many rows as variables, [l, u] the bounds of its
/// variables; the objective and the bounds of the rows are ignored. With l = 0 and u = ∞ it is the
/// nonlinear complementarity problem 0 ≤ x ⟂ F(x) ≥ 0. Unknowns ζ = x; equation i is
///
/// | bounds     | equation                            |
/// |------------|-------------------------------------|
/// | none       | F = 0                               |
/// | l only     | φ(x − l, F) = 0                     |
/// | u only     | φ(u − x, −F) = 0                    |
/// | l < u      | φ(x − l, φ(u − x, −F)) = 0          |
/// | l = u      | x − l = 0                           |
///
/// The nested function is that of Billups (1995), (FacchineiPang2003, Section 9.4): φ(u − x, −F) is
/// nonnegative exactly when x ≥ u or F ≥ 0. It stands there with a plus because an
/// [`NcpFunction`](crate::NcpFunction) is negative where both arguments are positive.
/// F is evaluated outside of [l, u], too. The Newton matrix holds an element for each row.
pub struct ComplementaritySystem<'a> {
    map: &'a dyn Smooth,
    rule: PairRule,
    kinds: Vec<Kind>,
    rows: Block,
    structure: Pattern,
    work: RefCell<Work>,
}

/// The bounds of a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Free,
    Lower(f64),
    Upper(f64),
    Box(f64, f64),
    Fixed(f64),
}

#[derive(Debug)]
struct Work {
    f: Vec<f64>,
    jac: Vec<f64>,
    slopes: Vec<f64>,
    by_x: Vec<f64>,
    by_f: Vec<f64>,
}

impl<'a> ComplementaritySystem<'a> {
    /// The system of the constraint function and the variable bounds of `map`.
    ///
    /// # Errors
    /// When the model has not as many rows as variables.
    pub fn new(map: &'a dyn Smooth, rule: PairRule) -> Result<Self, SsnError> {
        let meta = map.meta();
        let n = meta.nvar();
        check_size("value of F", meta.ncon(), n)?;
        let rows = Block::rows(map.jac_structure(), 0, |j| j);
        let entries = rows.entries.iter().copied().chain((0..n).map(|i| (i, i)));
        Ok(ComplementaritySystem {
            map,
            rule,
            kinds: meta
                .lvar()
                .iter()
                .zip(meta.uvar())
                .map(|(&l, &u)| Kind::of(l, u))
                .collect(),
            structure: Pattern::from_entries(n, n, entries).expect("the Jacobian is square"),
            rows,
            work: RefCell::new(Work {
                f: vec![0.0; n],
                jac: vec![0.0; map.jac_structure().nnz()],
                slopes: vec![0.0; n],
                by_x: vec![0.0; n],
                by_f: vec![0.0; n],
            }),
        })
    }

    /// The start ζ⁰ = x⁰.
    ///
    /// # Errors
    /// On a start of the wrong length or not finite.
    pub fn start(&self, x0: &[f64]) -> Result<Vec<f64>, SsnError> {
        check_point("x0", x0, self.size())?;
        Ok(x0.to_vec())
    }
}

impl Kind {
    fn of(lower: f64, upper: f64) -> Self {
        match (lower.is_finite(), upper.is_finite()) {
            (false, false) => Kind::Free,
            (true, false) => Kind::Lower(lower),
            (false, true) => Kind::Upper(upper),
            (true, true) if lower < upper => Kind::Box(lower, upper),
            (true, true) => Kind::Fixed(lower),
        }
    }

    /// The equation at (x, F).
    fn value(self, rule: PairRule, x: f64, f: f64) -> f64 {
        match self {
            Kind::Free => f,
            Kind::Lower(l) => rule.ncp.value(x - l, f),
            Kind::Upper(u) => rule.ncp.value(u - x, -f),
            Kind::Box(l, u) => rule.ncp.value(x - l, rule.ncp.value(u - x, -f)),
            Kind::Fixed(l) => x - l,
        }
    }

    /// Its derivatives by x and by F. `slope` is the derivative of F in the direction of ones, which
    /// decides the element at degenerate pairs.
    fn gradient(self, rule: PairRule, x: f64, f: f64, slope: f64) -> (f64, f64) {
        match self {
            Kind::Free => (0.0, 1.0),
            Kind::Lower(l) => gradient(rule, (x - l, f), (1.0, slope)),
            Kind::Upper(u) => {
                let (by_a, by_b) = gradient(rule, (u - x, -f), (-1.0, -slope));
                (-by_a, -by_b)
            }
            Kind::Box(l, u) => {
                let (by_a, by_b) = gradient(rule, (u - x, -f), (-1.0, -slope));
                let (by_x, by_f) = (-by_a, -by_b);
                let inner = rule.ncp.value(u - x, -f);
                let inner_slope = by_x + by_f * slope;
                let (outer, by_inner) = gradient(rule, (x - l, inner), (1.0, inner_slope));
                (outer + by_inner * by_x, by_inner * by_f)
            }
            Kind::Fixed(_) => (1.0, 0.0),
        }
    }
}

/// (∂φ/∂a, ∂φ/∂b), at a degenerate pair the limit along `direction`.
fn gradient(rule: PairRule, (a, b): (f64, f64), direction: (f64, f64)) -> (f64, f64) {
    if a * a + b * b <= rule.degenerate {
        rule.ncp.gradient_at_origin(direction.0, direction.1)
    } else {
        rule.ncp.gradient(a, b)
    }
}

impl SemismoothSystem for ComplementaritySystem<'_> {
    fn size(&self) -> usize {
        self.kinds.len()
    }

    fn residual(&self, zeta: &[f64], phi: &mut [f64]) {
        self.map.cons(zeta, phi);
        for ((phi, kind), &x) in phi.iter_mut().zip(&self.kinds).zip(zeta) {
            *phi = kind.value(self.rule, x, *phi);
        }
    }

    fn jacobian_structure(&self) -> &Pattern {
        &self.structure
    }

    fn jacobian(&self, zeta: &[f64], vals: &mut [f64]) {
        let work = &mut *self.work.borrow_mut();
        self.map.cons(zeta, &mut work.f);
        self.map.jac_coord(zeta, &mut work.jac);
        work.slopes.fill(0.0);
        for ((i, _), value) in self.map.jac_structure().iter().zip(&work.jac) {
            work.slopes[i] += value;
        }
        for (i, kind) in self.kinds.iter().enumerate() {
            (work.by_x[i], work.by_f[i]) =
                kind.gradient(self.rule, zeta[i], work.f[i], work.slopes[i]);
        }
        let diagonal = self.rows.write_scaled(&work.jac, 0, &work.by_f, vals);
        diagonal.copy_from_slice(&work.by_x);
    }
}

impl std::fmt::Debug for ComplementaritySystem<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ComplementaritySystem")
            .field("name", &self.map.meta().name())
            .field("rule", &self.rule)
            .finish_non_exhaustive()
    }
}
