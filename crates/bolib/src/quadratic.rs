//! A model with a quadratic objective and affine constraints, sparse.

use linalg::Pattern;
use nlp_model::{Meta, Model, Smooth, TwiceSmooth};

/// ½ zᵀHz + qᵀz + r  s.t.  the bounds of [`Meta`] on z and on J z + d.
///
/// H is given by its lower triangle. Every derivative is a copy of stored numbers; nothing
/// allocates.
#[derive(Debug)]
pub(crate) struct Quadratic {
    pub(crate) meta: Meta,
    pub(crate) hess: Matrix,
    pub(crate) linear: Vec<f64>,
    pub(crate) constant: f64,
    pub(crate) jac: Matrix,
    pub(crate) offset: Vec<f64>,
}

/// A sparse matrix: where its entries stand, and what they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Where the entries stand, no place twice.
    pub pattern: Pattern,
    /// The entries, in the order of the pattern.
    pub values: Vec<f64>,
}

impl Matrix {
    /// The entries as (row, column, value).
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        let places = self.pattern.iter();
        places.zip(&self.values).map(|((i, j), &v)| (i, j, v))
    }

    /// A matrix from entries that are in range.
    pub(crate) fn new(
        nrows: usize,
        ncols: usize,
        entries: impl IntoIterator<Item = (usize, usize, f64)>,
    ) -> Self {
        let (places, values): (Vec<_>, Vec<_>) =
            entries.into_iter().map(|(i, j, v)| ((i, j), v)).unzip();
        let pattern = Pattern::from_entries(nrows, ncols, places).expect("entries are in range");
        Matrix { pattern, values }
    }
}

impl Model for Quadratic {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn obj(&self, z: &[f64]) -> f64 {
        assert_eq!(z.len(), self.meta.nvar(), "length of z");
        let quadratic: f64 = self
            .hess
            .iter()
            .map(|(i, j, v)| {
                if i == j {
                    0.5 * v * z[i] * z[i]
                } else {
                    v * z[i] * z[j]
                }
            })
            .sum();
        quadratic + linalg::slice::dot(&self.linear, z) + self.constant
    }

    fn cons(&self, z: &[f64], c: &mut [f64]) {
        assert_eq!(
            (z.len(), c.len()),
            (self.meta.nvar(), self.meta.ncon()),
            "lengths of z, c"
        );
        self.jac.pattern.mul(&self.jac.values, z, c);
        for (c, d) in c.iter_mut().zip(&self.offset) {
            *c += d;
        }
    }
}

impl Smooth for Quadratic {
    fn grad(&self, z: &[f64], g: &mut [f64]) {
        assert_eq!(
            (z.len(), g.len()),
            (self.linear.len(), self.linear.len()),
            "lengths of z, g"
        );
        self.hess.pattern.mul_symmetric(&self.hess.values, z, g);
        for (g, q) in g.iter_mut().zip(&self.linear) {
            *g += q;
        }
    }

    fn jac_structure(&self) -> &Pattern {
        &self.jac.pattern
    }

    fn jac_coord(&self, _z: &[f64], vals: &mut [f64]) {
        vals.copy_from_slice(&self.jac.values);
    }

    fn jprod(&self, _z: &[f64], v: &[f64], out: &mut [f64]) {
        self.jac.pattern.mul(&self.jac.values, v, out);
    }

    fn jtprod(&self, _z: &[f64], w: &[f64], out: &mut [f64]) {
        self.jac.pattern.mul_transpose(&self.jac.values, w, out);
    }
}

impl TwiceSmooth for Quadratic {
    fn hess_structure(&self) -> &Pattern {
        &self.hess.pattern
    }

    fn hess_coord(&self, _z: &[f64], _y: &[f64], sigma: f64, vals: &mut [f64]) {
        vals.copy_from_slice(&self.hess.values);
        linalg::slice::scale(sigma, vals);
    }

    fn hprod(&self, _z: &[f64], _y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        self.hess.pattern.mul_symmetric(&self.hess.values, v, out);
        linalg::slice::scale(sigma, out);
    }

    /// Zero: the Hessian is constant.
    fn hess_directional(&self, _: &[f64], _: &[f64], _: f64, _: &[f64], vals: &mut [f64]) {
        vals.fill(0.0);
    }
}
