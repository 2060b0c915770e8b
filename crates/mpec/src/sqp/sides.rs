//! Bounds of rows and variables, one by one.

use nlp_model::Meta;

#[derive(Clone, Copy, Debug)]
enum Quantity {
    Row(usize),
    Variable(usize),
}

/// One bound: s = sign (quantity − bound) ≥ 0, or = 0.
#[derive(Clone, Copy, Debug)]
struct Bound {
    of: Quantity,
    sign: f64,
    bound: f64,
}

/// All finite bounds as s(x) ≥ 0, equalities s(x) = 0 first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sides {
    list: Vec<Bound>,
    pub equalities: usize,
}

impl Sides {
    /// The bounds of the variables from `meta`, those of the rows as given.
    pub fn plan(&mut self, meta: &Meta, lcon: &[f64], ucon: &[f64]) {
        let (n, m) = (meta.nvar(), meta.ncon());
        debug_assert_eq!((lcon.len(), ucon.len()), (m, m));
        let rows = (0..m).map(|i| (Quantity::Row(i), lcon[i], ucon[i]));
        let variables = (0..n).map(|j| (Quantity::Variable(j), meta.lvar()[j], meta.uvar()[j]));
        let all = || rows.clone().chain(variables.clone());
        self.list.clear();
        for (of, lower, _) in all().filter(|&(_, l, u)| l == u) {
            self.list.push(Bound {
                of,
                sign: 1.0,
                bound: lower,
            });
        }
        self.equalities = self.list.len();
        for (of, lower, upper) in all().filter(|&(_, l, u)| l != u) {
            for (sign, bound) in [(1.0, lower), (-1.0, upper)] {
                if bound.is_finite() {
                    self.list.push(Bound { of, sign, bound });
                }
            }
        }
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The row of side k, or none.
    pub fn row(&self, k: usize) -> Option<usize> {
        match self.list[k].of {
            Quantity::Row(i) => Some(i),
            Quantity::Variable(_) => None,
        }
    }

    /// Whether side k is a bound of a variable.
    pub fn is_variable(&self, k: usize) -> bool {
        matches!(self.list[k].of, Quantity::Variable(_))
    }

    /// s at a point x with rows c.
    pub fn values(&self, x: &[f64], c: &[f64], s: &mut Vec<f64>) {
        s.clear();
        s.extend(self.list.iter().map(|side| {
            let value = match side.of {
                Quantity::Row(i) => c[i],
                Quantity::Variable(j) => x[j],
            };
            side.sign * (value - side.bound)
        }));
    }

    /// Gradients of s, row by row, from the dense Jacobian `jac` (row by row).
    pub fn gradients(&self, n: usize, jac: &[f64], a: &mut Vec<f64>) {
        a.clear();
        a.resize(n * self.list.len(), 0.0);
        for (side, a) in self.list.iter().zip(a.chunks_exact_mut(n)) {
            match side.of {
                Quantity::Row(i) => {
                    for (a, v) in a.iter_mut().zip(&jac[i * n..(i + 1) * n]) {
                        *a = side.sign * v;
                    }
                }
                Quantity::Variable(j) => a[j] = side.sign,
            }
        }
    }

    /// y of the rows in L = f + yᵀc from λ in L = f − λᵀs.
    pub fn to_rows(&self, lambda: &[f64], y: &mut [f64]) {
        y.fill(0.0);
        for (side, lambda) in self.list.iter().zip(lambda) {
            if let Quantity::Row(i) = side.of {
                y[i] -= side.sign * lambda;
            }
        }
    }
}
