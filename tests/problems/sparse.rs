//! Sums of squares whose residuals depend on a few variables each: derivatives at a cost of O(n).

mod element;

use linalg::Pattern;
use nlp_model::{Counters, Meta, Model, Smooth, TwiceSmooth, Verb};

use super::more_garbow_hillstrom::Function;
use element::{Element, WIDTH};

/// What is done with each element; implementations are inlined always, closures when they are short.
trait Visitor {
    fn visit(&mut self, element: Element);
}

impl<F: FnMut(Element)> Visitor for F {
    #[inline(always)]
    fn visit(&mut self, element: Element) {
        self(element);
    }
}

/// Adds s (∇rᵢ∇rᵢᵀ + rᵢ∇²rᵢ) to the values of a Hessian.
struct HessianSum<'a> {
    factor: f64,
    slots: &'a [usize],
    vals: &'a mut [f64],
}

impl Visitor for HessianSum<'_> {
    #[inline(always)]
    fn visit(&mut self, element: Element) {
        let pair = |a: usize, b: usize| a * (a + 1) / 2 + b;
        let pairs = element.len * (element.len + 1) / 2;
        let (slots, rest) = self.slots.split_at(pairs);
        self.slots = rest;
        let g = &element.gradient;
        let mut sums = [0.0; WIDTH * (WIDTH + 1) / 2];
        for a in 0..element.len {
            for b in 0..=a {
                sums[pair(a, b)] = g[a] * g[b];
            }
        }
        for &(a, b, second) in &element.second[..element.seconds] {
            sums[pair(a, b)] += element.value * second;
        }
        for (slot, sum) in slots.iter().zip(sums) {
            self.vals[*slot] += self.factor * sum;
        }
    }
}

/// A residual function that has elements.
#[derive(Clone, Copy, Debug)]
pub struct Elements(Function);

impl Elements {
    /// The elements of `function`, when each residual depends on at most seven variables.
    pub fn of(function: Function) -> Option<Self> {
        use Function::*;
        let sparse = matches!(
            function,
            ExtRosenbrock
                | ChainedRosenbrock
                | ExtPowellSingular
                | DiscreteBv
                | BroydenTridiagonal
                | BroydenBanded
        );
        sparse.then_some(Elements(function))
    }

    /// Hands the `rows` elements at `x` to `visitor`, in order.
    ///
    /// Inlined with what it calls: an element is then no more than the numbers that the visitor reads.
    #[inline(always)]
    fn each(self, rows: usize, x: &[f64], mut visitor: impl Visitor) {
        let mut visit = |element| visitor.visit(element);
        match self.0 {
            Function::ExtRosenbrock => {
                for j in (0..rows).step_by(2) {
                    visit(rosenbrock(0, j, x));
                    visit(rosenbrock(1, j, x));
                }
            }
            Function::ChainedRosenbrock => {
                for j in 0..rows / 2 {
                    visit(rosenbrock(0, j, x));
                    visit(rosenbrock(1, j, x));
                }
            }
            Function::ExtPowellSingular => {
                for j in (0..rows).step_by(4) {
                    (0..4).for_each(|i| visit(powell_singular(i, j, x)));
                }
            }
            Function::DiscreteBv => (0..rows).for_each(|i| visit(discrete_bv(i, x))),
            Function::BroydenTridiagonal => {
                (0..rows).for_each(|i| visit(broyden_tridiagonal(i, x)));
            }
            Function::BroydenBanded => (0..rows).for_each(|i| visit(broyden_banded(i, x))),
            other => unreachable!("{other:?} has no elements"),
        }
    }
}

/// Rosenbrock's residual `i` in the variables j and j + 1.
#[inline(always)]
fn rosenbrock(i: usize, j: usize, x: &[f64]) -> Element {
    if i % 2 == 1 {
        return Element::new(1.0 - x[j]).var(j, -1.0);
    }
    Element::new(10.0 * (x[j + 1] - x[j] * x[j]))
        .curved(j, -20.0 * x[j], -20.0)
        .var(j + 1, 10.0)
}

/// Powell's residual `i` in the variables j, …, j + 3.
fn powell_singular(i: usize, j: usize, x: &[f64]) -> Element {
    // c (x_a − s x_b)²
    let square = |a: usize, b: usize, s: f64, c: f64| {
        let u = x[a] - s * x[b];
        Element::new(c * u * u)
            .var(a, 2.0 * c * u)
            .var(b, -2.0 * s * c * u)
            .second(0, 0, 2.0 * c)
            .second(1, 0, -2.0 * s * c)
            .second(1, 1, 2.0 * s * s * c)
    };
    let root = 5f64.sqrt();
    match i {
        0 => Element::new(x[j] + 10.0 * x[j + 1])
            .var(j, 1.0)
            .var(j + 1, 10.0),
        1 => Element::new(root * (x[j + 2] - x[j + 3]))
            .var(j + 2, root)
            .var(j + 3, -root),
        2 => square(j + 1, j + 2, 2.0, 1.0),
        _ => square(j, j + 3, 1.0, 10f64.sqrt()),
    }
}

fn discrete_bv(i: usize, x: &[f64]) -> Element {
    let h = 1.0 / (x.len() as f64 + 1.0);
    let u = x[i] + h * (i as f64 + 1.0) + 1.0;
    let value = 2.0 * x[i] + h * h / 2.0 * u.powi(3);
    let own = (2.0 + 1.5 * h * h * u * u, 3.0 * h * h * u);
    tridiagonal(i, x, value, own, -1.0)
}

fn broyden_tridiagonal(i: usize, x: &[f64]) -> Element {
    let value = (3.0 - 2.0 * x[i]) * x[i] + 1.0;
    tridiagonal(i, x, value, (3.0 - 4.0 * x[i], -4.0), -2.0)
}

/// value − x_{i−1} + after x_{i+1}, where `value` depends on xᵢ with the derivatives `own`.
fn tridiagonal(i: usize, x: &[f64], value: f64, own: (f64, f64), after: f64) -> Element {
    let before = i.checked_sub(1).map_or(0.0, |k| x[k]);
    let next = x.get(i + 1).copied().unwrap_or(0.0);
    let mut element = Element::new(value - before + after * next);
    if i > 0 {
        element = element.var(i - 1, -1.0);
    }
    element = element.curved(i, own.0, own.1);
    if i + 1 < x.len() {
        element = element.var(i + 1, after);
    }
    element
}

fn broyden_banded(i: usize, x: &[f64]) -> Element {
    let mut element = Element::new(x[i] * (2.0 + 5.0 * x[i] * x[i]) + 1.0);
    for j in i.saturating_sub(5)..x.len().min(i + 2) {
        element = if j == i {
            element.curved(i, 2.0 + 15.0 * x[i] * x[i], 30.0 * x[i])
        } else {
            element.value -= x[j] * (1.0 + x[j]);
            element.curved(j, -1.0 - 2.0 * x[j], -2.0)
        };
    }
    element
}

/// f(x) = Σ rᵢ(x)² of sparse residuals as a model; the derivatives of each residual are coded by hand.
///
/// A gradient and a product with the Hessian 2 Σ (∇rᵢ∇rᵢᵀ + rᵢ∇²rᵢ) cost O(n) and allocate nothing.
#[derive(Debug)]
pub struct SparseSumOfSquares {
    elements: Elements,
    rows: usize,
    meta: Meta,
    no_rows: Pattern,
    hess: Pattern,
    /// Entry of `hess` for each pair of places (a, b), b ≤ a, of each element in turn.
    slots: Vec<usize>,
    counters: Counters,
}

impl SparseSumOfSquares {
    /// The model with the size and start of `meta`.
    pub fn new(elements: Elements, meta: Meta) -> Self {
        let (n, rows) = (meta.nvar(), elements.0.rows(meta.nvar()));
        let mut pairs = Vec::new();
        elements.each(rows, meta.x0(), |element: Element| {
            for a in 0..element.len {
                pairs.extend((0..=a).map(|b| (element.vars[b], element.vars[a])));
            }
        });
        // Column by column: (column, row) in order.
        let mut entries = pairs.clone();
        entries.sort_unstable();
        entries.dedup();
        let slot = |pair| entries.binary_search(pair).expect("every pair is an entry");
        let slots = pairs.iter().map(slot).collect();
        let entries = entries.iter().map(|&(col, row)| (row, col));
        SparseSumOfSquares {
            elements,
            rows,
            no_rows: Pattern::empty(0, n),
            hess: Pattern::from_entries(n, n, entries).expect("variables are in range"),
            slots,
            meta,
            counters: Counters::default(),
        }
    }

    #[inline(always)]
    fn each(&self, x: &[f64], visitor: impl Visitor) {
        self.elements.each(self.rows, x, visitor);
    }
}

impl Model for SparseSumOfSquares {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        self.counters.add(Verb::Obj);
        let mut sum = 0.0;
        self.each(x, |element: Element| sum += element.value * element.value);
        sum
    }
    fn cons(&self, _: &[f64], _: &mut [f64]) {}
    fn counters(&self) -> Option<&Counters> {
        Some(&self.counters)
    }
}

impl Smooth for SparseSumOfSquares {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        self.counters.add(Verb::Grad);
        g.fill(0.0);
        self.each(x, |element: Element| {
            for (j, d) in element.entries() {
                g[j] += 2.0 * element.value * d;
            }
        });
    }
    fn jac_structure(&self) -> &Pattern {
        &self.no_rows
    }
    fn jac_coord(&self, _: &[f64], _: &mut [f64]) {}
}

impl TwiceSmooth for SparseSumOfSquares {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }

    fn hess_coord(&self, x: &[f64], _: &[f64], sigma: f64, vals: &mut [f64]) {
        self.counters.add(Verb::Hess);
        vals.fill(0.0);
        let sum = HessianSum {
            factor: 2.0 * sigma,
            slots: &self.slots,
            vals,
        };
        self.each(x, sum);
    }

    fn hprod(&self, x: &[f64], _: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        self.counters.add(Verb::Hprod);
        out.fill(0.0);
        self.each(x, |element: Element| {
            let slope: f64 = element.entries().map(|(j, d)| d * v[j]).sum();
            for (j, d) in element.entries() {
                out[j] += 2.0 * sigma * d * slope;
            }
            for &(a, b, second) in &element.second[..element.seconds] {
                let weight = 2.0 * sigma * element.value * second;
                let (i, j) = (element.vars[a], element.vars[b]);
                out[i] += weight * v[j];
                if i != j {
                    out[j] += weight * v[i];
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problems::least_squares::LeastSquares;
    use nlp_model::AutoModel;

    /// The hand-coded derivatives against those of the formula.
    #[test]
    fn derivatives_are_those_of_the_formula() {
        use Function::*;
        let n = 12;
        let x: Vec<f64> = (0..n).map(|i| (1.7 * i as f64).sin() + 0.3).collect();
        let v: Vec<f64> = (0..n).map(|i| (0.9 * i as f64).cos()).collect();
        for function in [
            ExtRosenbrock,
            ChainedRosenbrock,
            ExtPowellSingular,
            DiscreteBv,
            BroydenTridiagonal,
            BroydenBanded,
        ] {
            let problem = LeastSquares {
                name: String::new(),
                function,
                rows: function.rows(n),
                x0: function.start(n),
            };
            let exact = AutoModel::new(problem.sum_of_squares(), Meta::new("", n, 0));
            let model = problem.model();
            let close = |a: &[f64], b: &[f64], what: &str| {
                let scale = linalg::slice::norm_inf(b);
                for (a, b) in a.iter().zip(b) {
                    assert!(
                        (a - b).abs() <= 1e-13 * scale,
                        "{function:?} {what}: {a} {b}"
                    );
                }
            };
            let vector = |f: &dyn Fn(&mut [f64])| {
                let mut out = vec![f64::NAN; n];
                f(&mut out);
                out
            };
            let value = |m: &dyn TwiceSmooth| [m.obj(&x)];
            close(&value(model.as_ref()), &value(&exact), "f");
            let gradient = |m: &dyn TwiceSmooth| vector(&|g| m.grad(&x, g));
            close(&gradient(model.as_ref()), &gradient(&exact), "∇f");
            let product = |m: &dyn TwiceSmooth| vector(&|out| m.hprod(&x, &[], 0.5, &v, out));
            close(&product(model.as_ref()), &product(&exact), "product");
            let stored = |m: &dyn TwiceSmooth| {
                let mut vals = vec![f64::NAN; m.hess_structure().nnz()];
                m.hess_coord(&x, &[], 0.5, &mut vals);
                vector(&|out| m.hess_structure().mul_symmetric(&vals, &v, out))
            };
            close(&stored(model.as_ref()), &product(&exact), "Hessian");
        }
    }
}
