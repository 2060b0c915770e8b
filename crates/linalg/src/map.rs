//! A matrix seen only through its products.

use crate::pattern::Pattern;

/// A linear map from R^ncols to R^nrows, known by its products.
pub trait LinearMap {
    /// (nrows, ncols).
    fn shape(&self) -> (usize, usize);

    /// y = A x, with `x` of length ncols and `y` of length nrows.
    fn apply(&self, x: &[f64], y: &mut [f64]);

    /// y = Aᵀ x, with `x` of length nrows and `y` of length ncols.
    fn apply_transpose(&self, x: &[f64], y: &mut [f64]);
}

/// A coordinate matrix as a linear map: a pattern and its values.
#[derive(Debug, Clone, Copy)]
pub struct CoordinateMap<'a> {
    /// Where the entries stand.
    pub pattern: &'a Pattern,
    /// Their values, one for each entry of the pattern.
    pub values: &'a [f64],
}

impl LinearMap for CoordinateMap<'_> {
    fn shape(&self) -> (usize, usize) {
        (self.pattern.nrows(), self.pattern.ncols())
    }

    fn apply(&self, x: &[f64], y: &mut [f64]) {
        self.pattern.mul(self.values, x, y);
    }

    fn apply_transpose(&self, x: &[f64], y: &mut [f64]) {
        self.pattern.mul_transpose(self.values, x, y);
    }
}

/// A symmetric matrix given by one triangle, as a linear map.
#[derive(Debug, Clone, Copy)]
pub struct SymmetricCoordinateMap<'a> {
    /// Where the entries of the triangle stand.
    pub pattern: &'a Pattern,
    /// Their values, one for each entry of the pattern.
    pub values: &'a [f64],
}

impl LinearMap for SymmetricCoordinateMap<'_> {
    fn shape(&self) -> (usize, usize) {
        (self.pattern.nrows(), self.pattern.ncols())
    }

    fn apply(&self, x: &[f64], y: &mut [f64]) {
        self.pattern.mul_symmetric(self.values, x, y);
    }

    fn apply_transpose(&self, x: &[f64], y: &mut [f64]) {
        self.apply(x, y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_its_transpose_are_adjoint() {
        // [1 2 0; 0 3 4]
        let pattern =
            Pattern::from_entries(2, 3, [(0, 0), (0, 1), (1, 1), (1, 2)]).expect("in range");
        let map = CoordinateMap {
            pattern: &pattern,
            values: &[1.0, 2.0, 3.0, 4.0],
        };
        let (mut y, mut z) = ([0.0; 2], [0.0; 3]);
        map.apply(&[1.0, 1.0, 1.0], &mut y);
        map.apply_transpose(&[1.0, 10.0], &mut z);
        assert_eq!((map.shape(), y, z), ((2, 3), [3.0, 7.0], [1.0, 32.0, 40.0]));
    }
}
