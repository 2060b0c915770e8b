//! Exact steps for sparse Hessians.

use linalg::{Factorization, Pattern, SparseCholesky};

use crate::secular::{Secular, Shifted, Spectrum, Verdict};
use crate::{Step, TrustRegionError};

/// [`MoreSorensen`](crate::MoreSorensen) for a sparse symmetric H, by sparse Cholesky factorizations of H + λI.
///
/// The elimination is planned once for the pattern. A factorization that fails tells nothing but its
/// failure, so that an indefinite H costs a few more of them than a dense one.
#[derive(Debug)]
pub struct SparseMoreSorensen {
    secular: Secular,
    structure: Pattern,
    cholesky: SparseCholesky,
    /// Values of H, then n times λ.
    values: Vec<f64>,
    diagonal: Vec<f64>,
    radii: Vec<f64>,
}

impl SparseMoreSorensen {
    /// Plans the elimination for the pattern of a lower triangle.
    ///
    /// # Panics
    /// When the pattern is not square or has an entry above the diagonal.
    pub fn new(structure: &Pattern) -> Self {
        let n = structure.nrows();
        assert!(
            structure.ncols() == n && structure.is_lower_triangle(),
            "the pattern is a lower triangle"
        );
        let entries = structure.iter().chain((0..n).map(|i| (i, i)));
        let shifted = Pattern::from_entries(n, n, entries).expect("the diagonal is in range");
        SparseMoreSorensen {
            secular: Secular::new(n),
            cholesky: SparseCholesky::new(&shifted),
            values: vec![0.0; shifted.nnz()],
            diagonal: vec![0.0; n],
            radii: vec![0.0; n],
            structure: structure.clone(),
        }
    }

    /// A minimizer into `s` (n), for the values of H on the pattern;
    /// otherwise as [`MoreSorensen::solve`](crate::MoreSorensen::solve).
    ///
    /// # Errors
    /// [`TrustRegionError::NotFinite`] when g, H or Δ is not finite, or not Δ > 0.
    pub fn solve(
        &mut self,
        h: &[f64],
        g: &[f64],
        delta: f64,
        accuracy: f64,
        s: &mut [f64],
    ) -> Result<Step, TrustRegionError> {
        let n = self.diagonal.len();
        assert!(
            h.len() == self.structure.nnz() && g.len() == n && s.len() == n,
            "H has a value for each entry, g and s have length n"
        );
        if n == 0 {
            return Ok(Step::none(0));
        }
        self.values[..h.len()].copy_from_slice(h);
        let mut matrix = Sparse {
            structure: &self.structure,
            h,
            cholesky: &mut self.cholesky,
            values: &mut self.values,
            spectrum: gershgorin(&self.structure, h, &mut self.diagonal, &mut self.radii),
        };
        self.secular.solve(&mut matrix, g, delta, accuracy, s)
    }
}

/// A sparse H and the factors of H + λI.
struct Sparse<'a> {
    structure: &'a Pattern,
    h: &'a [f64],
    cholesky: &'a mut SparseCholesky,
    values: &'a mut [f64],
    spectrum: Spectrum,
}

impl Shifted for Sparse<'_> {
    fn spectrum(&self) -> Spectrum {
        self.spectrum
    }

    fn factor(&mut self, lambda: f64, _work: &mut [f64]) -> Verdict {
        self.values[self.h.len()..].fill(lambda);
        match self.cholesky.factor(self.values) {
            Ok(()) => Verdict::Positive,
            Err(_) => Verdict::Indefinite(None),
        }
    }

    fn solve(&mut self, b: &mut [f64]) {
        self.cholesky.solve(b);
    }

    fn product(&mut self, x: &[f64], y: &mut [f64]) {
        self.structure.mul_symmetric(self.h, x, y);
    }
}

/// Discs of Gershgorin, and the smallest diagonal entry.
fn gershgorin(structure: &Pattern, h: &[f64], diagonal: &mut [f64], radii: &mut [f64]) -> Spectrum {
    diagonal.fill(0.0);
    radii.fill(0.0);
    for ((i, j), h) in structure.iter().zip(h) {
        if i == j {
            diagonal[i] += h;
        } else {
            radii[i] += h.abs();
            radii[j] += h.abs();
        }
    }
    Spectrum::of_discs(diagonal.iter().copied().zip(radii.iter().copied()))
}
