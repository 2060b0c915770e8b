//! A bilevel program read as an optimization problem with QVI constraint.

use linalg::Pattern;

use crate::scratch::Scratch;
use crate::{Bilevel, Counters, Meta, Model, ModelError, Qvi, Smooth, TwiceSmooth};

/// The lower level replaced by its linearisation: f₀ = ∇ᵧf, g₀(x, y, s) = g(x, s).
///
/// Equivalent to the bilevel program when f(x, ·) and g(x, ·) are convex. Otherwise S(x) is a set of
/// stationary points of the linearised lower level, and a solution need not be lower-level optimal
/// (DuttaLafhimZemkohoZhou2024, Section 5.2).
#[derive(Debug)]
pub struct Linearised<'a> {
    bilevel: &'a dyn Bilevel,
    lower: LinearisedLower<'a>,
}

impl std::fmt::Debug for dyn Bilevel + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Bilevel({}, nx {}, ny {})",
            self.upper().meta().name(),
            self.nx(),
            self.ny()
        )
    }
}

impl<'a> Linearised<'a> {
    /// The QVI form of `bilevel`. Errors when a model does not have nx + ny variables.
    pub fn new(bilevel: &'a dyn Bilevel) -> Result<Self, ModelError> {
        let expected = bilevel.nx() + bilevel.ny();
        for (name, model) in [
            ("upper model", bilevel.upper()),
            ("lower model", bilevel.lower()),
        ] {
            let found = model.meta().nvar();
            if found != expected {
                return Err(ModelError::Dimension {
                    name,
                    expected,
                    found,
                });
            }
        }
        let lower = LinearisedLower::new(bilevel.lower(), bilevel.nx(), bilevel.ny());
        Ok(Linearised { bilevel, lower })
    }
}

impl Qvi for Linearised<'_> {
    fn nx(&self) -> usize {
        self.bilevel.nx()
    }
    fn ny(&self) -> usize {
        self.bilevel.ny()
    }
    fn upper(&self) -> &dyn TwiceSmooth {
        self.bilevel.upper()
    }
    fn lower(&self) -> &dyn TwiceSmooth {
        &self.lower
    }
}

/// ℓ(x, y, s) = sᵀ∇ᵧf(x, y) and g(x, s) over (x, y, s).
///
/// The Hessian of ℓ contains the third derivative of f in the direction (0, s); its entries come as
/// three lists: d/ds of ∇²f on (x, y), the mixed block s × (x, y), and the constraints on (x, s).
struct LinearisedLower<'a> {
    model: &'a dyn TwiceSmooth,
    nx: usize,
    ny: usize,
    meta: Meta,
    jac: Pattern,
    hess: Pattern,
    /// Entries of ∇²f that make up the mixed block, in its order.
    mixed: Vec<usize>,
    no_multipliers: Vec<f64>,
    scratch: Scratch<f64>,
}

impl std::fmt::Debug for LinearisedLower<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinearisedLower")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl<'a> LinearisedLower<'a> {
    fn new(model: &'a dyn TwiceSmooth, nx: usize, ny: usize) -> Self {
        let n = nx + 2 * ny;
        let to_s = |j: usize| if j < nx { j } else { j + ny };
        let jac = model.jac_structure().iter().map(|(i, j)| (i, to_s(j)));
        let jac = Pattern::from_entries(model.meta().ncon(), n, jac);

        let mut entries: Vec<_> = model.hess_structure().iter().collect();
        let mut mixed = Vec::new();
        for (k, (i, j)) in model.hess_structure().iter().enumerate() {
            if i >= nx {
                entries.push((i + ny, j));
                mixed.push(k);
            }
            if j >= nx && i != j {
                entries.push((j + ny, i));
                mixed.push(k);
            }
        }
        entries.extend(
            model
                .hess_structure()
                .iter()
                .map(|(i, j)| (to_s(i), to_s(j))),
        );
        let hess = Pattern::from_entries(n, n, entries);

        let fits = "a model's own patterns fit its sizes";
        LinearisedLower {
            model,
            nx,
            ny,
            meta: linearised_meta(model.meta(), nx, ny),
            jac: jac.expect(fits),
            hess: hess.expect(fits),
            mixed,
            no_multipliers: vec![0.0; model.meta().ncon()],
            scratch: Scratch::new(),
        }
    }

    /// Calls `work` with (x, s).
    fn at_copy(&self, x: &[f64], work: impl FnOnce(&[f64])) {
        let (nx, nz) = (self.nx, self.nx + self.ny);
        self.scratch.with(nz, 0.0, |point| {
            point[..nx].copy_from_slice(&x[..nx]);
            point[nx..].copy_from_slice(&x[nz..]);
            work(point);
        });
    }
}

/// Bounds of y in the lower level become bounds of s.
fn linearised_meta(meta: &Meta, nx: usize, ny: usize) -> Meta {
    let spread = |bounds: &[f64], none: f64| -> Vec<f64> {
        let (x, y) = bounds.split_at(nx);
        [x, &vec![none; ny], y].concat()
    };
    let (lvar, uvar) = (
        spread(meta.lvar(), f64::NEG_INFINITY),
        spread(meta.uvar(), f64::INFINITY),
    );
    Meta::new(
        format!("{} (linearised)", meta.name()),
        nx + 2 * ny,
        meta.ncon(),
    )
    .variable_bounds(&lvar, &uvar)
    .and_then(|m| m.constraint_bounds(meta.lcon(), meta.ucon()))
    .expect("bounds of a model are consistent")
}

impl Model for LinearisedLower<'_> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn obj(&self, x: &[f64]) -> f64 {
        let (z, s) = x.split_at(self.nx + self.ny);
        self.scratch.with(z.len(), 0.0, |g| {
            self.model.grad(z, g);
            linalg::slice::dot(s, &g[self.nx..])
        })
    }
    fn cons(&self, x: &[f64], c: &mut [f64]) {
        self.at_copy(x, |point| self.model.cons(point, c));
    }
    fn counters(&self) -> Option<&Counters> {
        self.model.counters()
    }
}

impl Smooth for LinearisedLower<'_> {
    fn grad(&self, x: &[f64], g: &mut [f64]) {
        let nz = self.nx + self.ny;
        let (z, s) = x.split_at(nz);
        if !self.model.obj(z).is_finite() {
            // a gradient can be finite where f is not, as that of ln x at x < 0
            g.fill(f64::NAN);
            return;
        }
        self.scratch.with(2 * nz, 0.0, |buffer| {
            let (direction, gradient) = buffer.split_at_mut(nz);
            direction[self.nx..].copy_from_slice(s);
            self.model
                .hprod(z, &self.no_multipliers, 1.0, direction, &mut g[..nz]);
            self.model.grad(z, gradient);
            g[nz..].copy_from_slice(&gradient[self.nx..]);
        });
    }
    fn jac_structure(&self) -> &Pattern {
        &self.jac
    }
    fn jac_coord(&self, x: &[f64], vals: &mut [f64]) {
        self.at_copy(x, |point| self.model.jac_coord(point, vals));
    }
}

impl TwiceSmooth for LinearisedLower<'_> {
    fn hess_structure(&self) -> &Pattern {
        &self.hess
    }
    fn hess_coord(&self, x: &[f64], y: &[f64], sigma: f64, vals: &mut [f64]) {
        let nnz = self.model.hess_structure().nnz();
        let (z, _) = x.split_at(self.nx + self.ny);
        let (third, rest) = vals.split_at_mut(nnz);
        let (mixed, constraints) = rest.split_at_mut(self.mixed.len());
        if sigma == 0.0 {
            third.fill(0.0);
            mixed.fill(0.0);
        } else {
            self.scratch.with(z.len() + nnz, 0.0, |buffer| {
                let (direction, hess) = buffer.split_at_mut(z.len());
                direction[self.nx..].copy_from_slice(&x[z.len()..]);
                self.model
                    .hess_directional(z, &self.no_multipliers, sigma, direction, third);
                self.model.hess_coord(z, &self.no_multipliers, sigma, hess);
                for (value, &k) in mixed.iter_mut().zip(&self.mixed) {
                    *value = hess[k];
                }
            });
        }
        if y.iter().all(|&y| y == 0.0) {
            constraints.fill(0.0);
        } else {
            self.at_copy(x, |point| self.model.hess_coord(point, y, 0.0, constraints));
        }
    }

    fn hprod(&self, x: &[f64], y: &[f64], sigma: f64, v: &[f64], out: &mut [f64]) {
        let (nx, nz, nnz) = (
            self.nx,
            self.nx + self.ny,
            self.model.hess_structure().nnz(),
        );
        let (vz, vs) = v.split_at(nz);
        out.fill(0.0);
        self.scratch.with(2 * nz + nnz, 0.0, |buffer| {
            let (direction, rest) = buffer.split_at_mut(nz);
            let (product, third) = rest.split_at_mut(nz);
            direction[..nx].fill(0.0);
            if sigma != 0.0 {
                let (z, none) = (&x[..nz], &self.no_multipliers);
                direction[nx..].copy_from_slice(&x[nz..]);
                self.model
                    .hess_directional(z, none, sigma, direction, third);
                self.model
                    .hess_structure()
                    .mul_symmetric(third, vz, product);
                linalg::slice::axpy(1.0, product, &mut out[..nz]);
                // ∇²f couples s with z
                direction[nx..].copy_from_slice(vs);
                self.model.hprod(z, none, sigma, direction, product);
                linalg::slice::axpy(1.0, product, &mut out[..nz]);
                self.model.hprod(z, none, sigma, vz, product);
                linalg::slice::axpy(1.0, &product[nx..], &mut out[nz..]);
            }
            if y.iter().any(|&y| y != 0.0) {
                direction[..nx].copy_from_slice(&v[..nx]);
                direction[nx..].copy_from_slice(vs);
                self.at_copy(x, |point| {
                    self.model.hprod(point, y, 0.0, direction, product)
                });
                linalg::slice::axpy(1.0, &product[..nx], &mut out[..nx]);
                linalg::slice::axpy(1.0, &product[nx..], &mut out[nz..]);
            }
        });
    }
}
