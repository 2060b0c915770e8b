//! The augmented Lagrangian of R_t without Φ.

use linalg::slice::{axpy, norm_inf};
use nlp_model::Mpcc;
use stopping::{MpccState, RegularizedResiduals};

use super::Level;
use super::place::{Hold, Places};
use crate::sqp::{Point, Sides};

/// P(z) = f + Σ ½ρ (max(0, λ/ρ − s)² − (λ/ρ)²) over the sides s ≥ 0, and −λ s + ½ρ s² over the sides s = 0; the
/// sides of the pairs are G + t̄ ≥ 0, H + t̄ ≥ 0.
pub(super) struct Augmented<'m> {
    mpcc: &'m dyn Mpcc,
    pub places: Places,
    pub level: Level,
    sides: Sides,
    /// Whether a side belongs to G, H, or neither.
    owner: Vec<Owner>,
    lcon: Vec<f64>,
    pub now: Point,
    trial: Point,
    lambda: Vec<f64>,
    rho: f64,
    /// Largest violation or complementarity after the last multiplier update.
    progress: f64,
    /// ∇P and ∇²P (dense) at `now`.
    pub gradient: Vec<f64>,
    pub hessian: Vec<f64>,
    vals: Vec<f64>,
    y: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Other,
    G,
    H,
}

const FIRST_PENALTY: f64 = 10.0;
const MOST_PENALTY: f64 = 1e8;

impl<'m> Augmented<'m> {
    pub fn new(mpcc: &'m dyn Mpcc, places: Places, level: Level) -> Self {
        let (n, m) = (mpcc.meta().nvar(), mpcc.meta().ncon());
        let mut augmented = Augmented {
            places,
            level,
            sides: Sides::default(),
            owner: Vec::new(),
            lcon: mpcc.meta().lcon().to_vec(),
            now: Point::new(mpcc),
            trial: Point::new(mpcc),
            lambda: Vec::new(),
            rho: FIRST_PENALTY,
            progress: f64::INFINITY,
            gradient: vec![0.0; n],
            hessian: vec![0.0; n * n],
            vals: vec![0.0; mpcc.hess_structure().nnz()],
            y: vec![0.0; m],
            mpcc,
        };
        augmented.plan();
        augmented.lambda = vec![0.0; augmented.sides.len()];
        augmented.owner = augmented.owners();
        augmented
    }

    /// Bounds of this level.
    fn plan(&mut self) {
        for &(i, j) in self.mpcc.pairs() {
            (self.lcon[i], self.lcon[j]) = (-self.level.wings.tb, -self.level.wings.tb);
        }
        self.sides
            .plan(self.mpcc.meta(), &self.lcon, self.mpcc.meta().ucon());
    }

    fn owners(&self) -> Vec<Owner> {
        let side = |k: usize| match self.sides.row(k) {
            Some(i) if self.mpcc.pairs().iter().any(|p| p.0 == i) => Owner::G,
            Some(i) if self.mpcc.pairs().iter().any(|p| p.1 == i) => Owner::H,
            _ => Owner::Other,
        };
        (0..self.sides.len()).map(side).collect()
    }

    /// The starting point.
    pub fn place(&mut self, x: &[f64]) {
        self.now.x.copy_from_slice(x);
    }

    /// Begins a level: the point moves to its butterflies, multipliers stay.
    pub fn begin(&mut self, level: Level) {
        self.level = level;
        self.plan();
        self.progress = f64::INFINITY;
        self.places.project(&level.wings, &mut self.now.x);
    }

    /// P at `now`; not finite where a function is not.
    pub fn evaluate(&mut self) -> f64 {
        let finite = self.now.evaluate(self.mpcc, &self.sides);
        if finite {
            self.value_of(&self.now)
        } else {
            f64::NAN
        }
    }

    /// P at a trial point.
    pub fn try_point(&mut self, z: &[f64]) -> f64 {
        self.trial.x.copy_from_slice(z);
        let finite = self.trial.evaluate(self.mpcc, &self.sides);
        if finite {
            self.value_of(&self.trial)
        } else {
            f64::NAN
        }
    }

    /// The trial point becomes the point.
    pub fn accept(&mut self) {
        std::mem::swap(&mut self.now, &mut self.trial);
    }

    fn value_of(&self, point: &Point) -> f64 {
        let mut value = point.f;
        for (k, (s, lambda)) in point.s.iter().zip(&self.lambda).enumerate() {
            value += if k < self.sides.equalities {
                (0.5 * self.rho * s - lambda) * s
            } else {
                let force = (lambda - self.rho * s).max(0.0);
                0.5 * (force * force - lambda * lambda) / self.rho
            };
        }
        value
    }

    /// λ − ρ s, at least 0 for inequalities: the multiplier that P stands for.
    fn force(&self, k: usize) -> f64 {
        let force = self.lambda[k] - self.rho * self.now.s[k];
        if k < self.sides.equalities {
            force
        } else {
            force.max(0.0)
        }
    }

    /// ∇P and ∇²P at `now`.
    pub fn differentiate(&mut self) {
        let n = self.gradient.len();
        self.now.linearise(self.mpcc, &self.sides);
        let forces: Vec<f64> = (0..self.lambda.len()).map(|k| self.force(k)).collect();
        self.sides.to_rows(&forces, &mut self.y);
        self.mpcc
            .hess_coord(&self.now.x, &self.y, 1.0, &mut self.vals);
        self.mpcc
            .hess_structure()
            .to_dense_symmetric(&self.vals, &mut self.hessian);
        self.gradient.copy_from_slice(&self.now.g);
        for (k, force) in forces.iter().enumerate() {
            if *force == 0.0 && k >= self.sides.equalities {
                continue;
            }
            let a = &self.now.a[k * n..(k + 1) * n];
            axpy(-force, a, &mut self.gradient);
            for j in 0..n {
                if a[j] != 0.0 {
                    axpy(self.rho * a[j], a, &mut self.hessian[j * n..(j + 1) * n]);
                }
            }
        }
    }

    /// λ ← λ − ρ s, and a larger ρ when violation and complementarity did not fall to three quarters.
    // Note (2026-11-22): the talk has a quadratic penalty with ρ up to 4000; multipliers reach ε with a moderate ρ.
    pub fn update(&mut self) {
        for k in 0..self.lambda.len() {
            self.lambda[k] = self.force(k);
        }
        let r = self.residuals();
        let progress = norm_inf(&[r.others, r.g, r.h]);
        if progress > 0.75 * self.progress {
            self.rho = (4.0 * self.rho).min(MOST_PENALTY);
        }
        self.progress = progress;
    }

    /// μ of the curve that holds a pair: ∇P = μ ∇c + …, c = ∓F₁ or ±F₂ ≥ 0 in the wing.
    pub fn multiplier_of_curve(&self, pair: usize) -> f64 {
        let (g, h) = self.places.variables[pair];
        let place = self.places.pairs[pair];
        match place.hold {
            Hold::Inside => 0.0,
            // c = −sign F₁ = sign (ψ(G) − H).
            Hold::HOfG => -place.sign() * self.gradient[h],
            // c = sign F₂ = sign (G − ψ(H)).
            Hold::GOfH => place.sign() * self.gradient[g],
        }
    }

    /// The conditions of the theorem with the multipliers λ, and λᶲ from the curves; `differentiate` must have been called.
    pub fn residuals(&self) -> RegularizedResiduals {
        let mut residuals = RegularizedResiduals {
            dual: self.dual(),
            ..RegularizedResiduals::default()
        };
        for (k, &s) in self.now.s.iter().enumerate() {
            let (violation, product) = if k < self.sides.equalities {
                (s.abs(), 0.0)
            } else {
                ((-s).max(0.0), (self.lambda[k] * s).abs())
            };
            let worst = norm_inf(&[violation, product]);
            let of = match self.owner[k] {
                Owner::Other => &mut residuals.others,
                Owner::G => &mut residuals.g,
                Owner::H => &mut residuals.h,
            };
            *of = norm_inf(&[*of, worst]);
        }
        for (place, &(g, h)) in self.places.pairs.iter().zip(&self.places.variables) {
            let (f1, f2) = self.level.wings.factors(self.now.x[g], self.now.x[h]);
            // λᶲ is zero inside; on a curve Φ is, exactly.
            let phi = if place.hold == Hold::Inside {
                (f1 * f2).max(0.0)
            } else {
                (f1 * f2).abs()
            };
            residuals.phi = norm_inf(&[residuals.phi, phi]);
        }
        residuals
    }

    /// ‖∇P − Σ μ ∇c‖∞, negative μ counted in full.
    pub fn dual(&self) -> f64 {
        let mut rest = self.gradient.clone();
        let mut wrong: f64 = 0.0;
        for pair in 0..self.places.pairs.len() {
            let (g, h) = self.places.variables[pair];
            let mu = self.multiplier_of_curve(pair);
            wrong = norm_inf(&[wrong, mu.min(0.0)]);
            let z = &self.now.x;
            match self.places.pairs[pair].hold {
                Hold::Inside => {}
                Hold::HOfG => {
                    rest[g] += rest[h] * self.level.wings.psi(z[g]).1;
                    rest[h] = 0.0;
                }
                Hold::GOfH => {
                    rest[h] += rest[g] * self.level.wings.psi(z[h]).1;
                    rest[g] = 0.0;
                }
            }
        }
        norm_inf(&[norm_inf(&rest), wrong])
    }

    /// Writes the point and the recovered multipliers of the complementarity program:
    /// νᴳ = λᴳ − λᶲ ∂Φ/∂G, which is ∂P/∂G with the force of the bound put back.
    pub fn fill(&mut self, state: &mut MpccState) {
        self.differentiate();
        let n = self.now.x.len();
        let mut dual = self.gradient.clone();
        let (mut nu_g, mut nu_h) = (
            vec![0.0; self.places.pairs.len()],
            vec![0.0; self.places.pairs.len()],
        );
        for (pair, &(g, h)) in self.places.variables.iter().enumerate() {
            let mu = self.multiplier_of_curve(pair);
            let place = self.places.pairs[pair];
            let z = &self.now.x;
            // Σ μ ∇c, the force of the curve.
            let (on_g, on_h) = match place.hold {
                Hold::Inside => (0.0, 0.0),
                Hold::HOfG => (
                    mu * place.sign() * self.level.wings.psi(z[g]).1,
                    -mu * place.sign(),
                ),
                Hold::GOfH => (
                    mu * place.sign(),
                    -mu * place.sign() * self.level.wings.psi(z[h]).1,
                ),
            };
            (nu_g[pair], nu_h[pair]) = (on_g, on_h);
            dual[g] -= on_g;
            dual[h] -= on_h;
        }
        let mut others: f64 = 0.0;
        let mut of_g = vec![0.0; n];
        for k in 0..self.lambda.len() {
            let force = self.force(k);
            if self.owner[k] == Owner::Other {
                let s = self.now.s[k];
                let miss = if k < self.sides.equalities {
                    s.abs()
                } else {
                    (-s).max(force.min(s)).max(0.0)
                };
                others = norm_inf(&[others, miss]);
            } else {
                axpy(force, &self.now.a[k * n..(k + 1) * n], &mut of_g);
            }
        }
        for (pair, &(g, h)) in self.places.variables.iter().enumerate() {
            nu_g[pair] += of_g[g];
            nu_h[pair] += of_g[h];
        }
        state.x_mut().copy_from_slice(&self.now.x);
        state.f = Some(self.now.f);
        state.others = Some(others);
        state.dual.set(&dual);
        let of = |side: fn(&(usize, usize)) -> usize| -> Vec<f64> {
            let variables = self.places.variables.iter();
            variables.map(|pair| self.now.x[side(pair)]).collect()
        };
        state.g.set(&of(|pair| pair.0));
        state.h.set(&of(|pair| pair.1));
        state.nu_g.set(&nu_g);
        state.nu_h.set(&nu_h);
    }
}
