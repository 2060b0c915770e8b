//! Exact steps for sparse Hessians.

use linalg::{Factorization, Pattern, SparseCholesky};

use crate::banded::{Banded, bandwidth};
use crate::secular::{Secular, Shifted, Spectrum, Verdict};
use crate::tridiagonal::Tridiagonal;
use crate::{Step, TrustRegionError};

/// Bandwidth up to which the factors are computed in the given order.
///
/// Per row, a band costs b² operations without indices, and a general sparse factorization some hundred
/// for its bookkeeping and its verification.
const NARROW: usize = 10;

/// [`MoreSorensen`](crate::MoreSorensen) for a sparse symmetric H, by sparse Cholesky factorizations of H + λI.
///
/// The elimination is planned once for the pattern: from both ends where it is tridiagonal, in the given
/// order where |i − j| ≤ 10 for all entries, in one of little fill-in elsewhere. A factorization of the
/// last kind that fails tells nothing but its failure, so that an indefinite H costs a few more of them than
/// a dense one.
#[derive(Debug)]
pub struct SparseMoreSorensen {
    secular: Secular,
    structure: Pattern,
    factors: Factors,
}

#[derive(Debug)]
enum Factors {
    Tridiagonal(Tridiagonal),
    Banded(Banded),
    Cholesky {
        cholesky: Box<SparseCholesky>,
        /// Values of H, then n times λ.
        values: Vec<f64>,
        diagonal: Vec<f64>,
        radii: Vec<f64>,
    },
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
        let bandwidth = bandwidth(structure);
        let factors = if bandwidth <= 1 {
            Factors::Tridiagonal(Tridiagonal::new(n))
        } else if bandwidth <= NARROW {
            Factors::Banded(Banded::new(structure))
        } else {
            let entries = structure.iter().chain((0..n).map(|i| (i, i)));
            let shifted = Pattern::from_entries(n, n, entries).expect("the diagonal is in range");
            Factors::Cholesky {
                cholesky: Box::new(SparseCholesky::new(&shifted)),
                values: vec![0.0; shifted.nnz()],
                diagonal: vec![0.0; n],
                radii: vec![0.0; n],
            }
        };
        SparseMoreSorensen {
            secular: Secular::new(n),
            structure: structure.clone(),
            factors,
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
        let (n, structure) = (self.structure.nrows(), &self.structure);
        assert!(
            h.len() == structure.nnz() && g.len() == n && s.len() == n,
            "H has a value for each entry, g and s have length n"
        );
        if n == 0 {
            return Ok(Step::none(0));
        }
        match &mut self.factors {
            Factors::Tridiagonal(tridiagonal) => {
                tridiagonal.load(structure, h);
                self.secular.solve(tridiagonal, g, delta, accuracy, s)
            }
            Factors::Banded(banded) => {
                banded.load(structure, h);
                self.secular.solve(banded, g, delta, accuracy, s)
            }
            Factors::Cholesky {
                cholesky,
                values,
                diagonal,
                radii,
            } => {
                values[..h.len()].copy_from_slice(h);
                let spectrum = gershgorin(structure, h, diagonal, radii);
                let mut matrix = Sparse {
                    structure,
                    h,
                    cholesky,
                    values,
                    spectrum,
                };
                self.secular.solve(&mut matrix, g, delta, accuracy, s)
            }
        }
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
