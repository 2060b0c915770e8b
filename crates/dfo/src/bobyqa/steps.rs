//! The phases of the iteration: steps of the trust region, and steps that improve the points.

use super::iterate::{End, Iteration, Pending, Phase, end};
use super::update::Leaving;

impl Iteration {
    /// A step of the trust region, and the point that would leave for it.
    pub(super) fn trust_region(&mut self) -> Phase {
        self.region.solve(&self.points, &mut self.model, self.delta);
        self.dnorm = self.delta.min(self.region.dsq.sqrt());
        if self.dnorm < 0.5 * self.rho {
            return Phase::ShortStep;
        }
        self.shift_base(self.region.dsq);
        self.trial.d.copy_from_slice(&self.region.d);
        self.trial.y.copy_from_slice(&self.region.y);
        self.inverse.trial(&self.points, &mut self.trial);
        self.vquad = self.model.change(&self.trial.d, &self.trial.yd);
        let reduces = self.vquad < 0.0;
        if self.variant.rules().expects_reduction && !reduces {
            return Phase::ShortStep;
        }
        self.inverse.alphas(&mut self.trial.alpha);
        // With β > 0 no denominator is less than its vlag²: which point leaves may wait for the value.
        let is_sound = self.trial.beta > 0.0 || self.leaving(false, self.delta).is_some();
        if !is_sound && !self.has_room() {
            return Phase::Rescue { geometry: false };
        }
        Phase::Evaluate(Pending::Step)
    }

    /// The step is too short to be worth an evaluation. Is the model good enough to reduce ρ?
    pub(super) fn short_step(&mut self) -> Phase {
        let rho = self.rho;
        let improve = Phase::Improve {
            distsq: (10.0 * rho) * (10.0 * rho),
            short: true,
        };
        if self.nf <= self.nf_saved + 2 || !self.is_accurate() {
            return improve;
        }
        Phase::ReduceRho { short: true }
    }

    /// Whether the recent errors of the model are too small to hide a gain of a step of length ρ
    /// (Powell2009, equations (6.8) to (6.11)).
    fn is_accurate(&self) -> bool {
        let rho = self.rho;
        let error = self.errors.iter().fold(0.0, |a: f64, &b| a.max(b));
        let crvmin = self.region.crvmin;
        if crvmin > 0.0 && error > 0.125 * rho * rho * crvmin {
            return false;
        }
        let tolerance = error / rho;
        (0..self.points.n()).all(|j| {
            let (y, g) = (self.region.y[j], self.region.g[j]);
            let mut test = tolerance;
            if y == self.points.sl[j] {
                test = g;
            }
            if y == self.points.su[j] {
                test = -g;
            }
            test >= tolerance
                || test + 0.5 * self.model.curvature(&self.points, j) * rho >= tolerance
        })
    }

    /// Finds the farthest point; without one, decides between another step and a smaller ρ.
    pub(super) fn improve(&mut self, mut distsq: f64, short: bool) -> Phase {
        let distances = &mut self.work[..self.points.m()];
        self.points
            .y
            .squared_distances(&self.points.xopt, distances);
        let mut farthest = None;
        for (k, &d) in distances[..self.points.active].iter().enumerate() {
            if d > distsq {
                (farthest, distsq) = (Some(k), d);
            }
        }
        if let Some(t) = farthest {
            let distance = distsq.sqrt();
            if short {
                self.set_delta((0.1 * self.delta).min(0.5 * distance));
            }
            self.leaving.t = t;
            self.reach = (0.1 * distance).min(self.delta).max(self.rho);
            return Phase::Geometry;
        }
        if !short && (self.ratio > 0.0 || self.delta.max(self.dnorm) > self.rho) {
            return Phase::TrustRegion;
        }
        Phase::ReduceRho { short }
    }

    /// A new place for the point that is far away.
    pub(super) fn geometry(&mut self) -> Phase {
        self.shift_base(self.reach * self.reach);
        let t = self.leaving.t;
        self.geometry
            .solve(&self.points, &self.inverse, t, self.reach);
        self.trial.set(&self.points, &self.geometry.y);
        self.inverse.trial(&self.points, &mut self.trial);
        let mut den = self.denominator(t);
        if den < self.geometry.cauchy_square && self.geometry.cauchy_square > 0.0 {
            self.trial.set(&self.points, &self.geometry.cauchy);
            self.inverse.trial(&self.points, &mut self.trial);
            den = self.denominator(t);
        }
        if den <= 0.5 * (self.trial.vlag[t] * self.trial.vlag[t]) {
            return Phase::Rescue { geometry: true };
        }
        self.leaving.den = den;
        Phase::Evaluate(Pending::Geometry)
    }

    fn denominator(&self, t: usize) -> f64 {
        self.trial.vlag[t] * self.trial.vlag[t] + self.geometry.alpha * self.trial.beta
    }

    pub(super) fn after_step(&mut self, f: f64) -> Phase {
        let (fopt, vquad) = (self.points.fopt(), self.vquad);
        let error = self.note_error(f - fopt - vquad);
        if vquad >= 0.0 {
            return end(End::Rounding);
        }
        self.ratio = (f - fopt) / vquad;
        let (delta, dnorm) = (self.delta, self.dnorm);
        let half = 0.5 * delta;
        self.set_delta(if self.ratio <= 0.1 {
            half.min(dnorm)
        } else if self.ratio <= 0.7 {
            half.max(dnorm)
        } else {
            half.max(dnorm + dnorm)
        });
        let leaving = if self.has_room() {
            Some(Leaving {
                t: self.points.active,
                den: self.trial.beta,
            })
        } else {
            let of_best = (f < fopt).then(|| self.leaving(true, self.delta));
            of_best.flatten().or_else(|| self.leaving(false, delta))
        };
        let Some(leaving) = leaving else {
            return Phase::Rescue { geometry: false };
        };
        self.leaving = leaving;
        self.replace(f, error);
        self.alternative
            .consider(&self.points, &mut self.model, &self.inverse);
        if f <= fopt + self.variant.rules().sufficient * vquad {
            return Phase::TrustRegion;
        }
        let (two, ten) = (2.0 * self.delta, 10.0 * self.rho);
        Phase::Improve {
            distsq: (two * two).max(ten * ten),
            short: false,
        }
    }

    pub(super) fn after_geometry(&mut self, f: f64) -> Phase {
        let vquad = self.model.change(&self.trial.d, &self.trial.yd);
        let error = self.note_error(f - self.points.fopt() - vquad);
        self.replace(f, error);
        Phase::TrustRegion
    }

    fn note_error(&mut self, error: f64) -> f64 {
        self.errors = [error.abs(), self.errors[0], self.errors[1]];
        if self.dnorm > self.rho {
            self.nf_saved = self.nf;
        }
        error
    }

    /// Whether the trial point can be added to the set: there is room, and it is well apart from the others.
    fn has_room(&self) -> bool {
        let m = self.points.m();
        if self.points.active == m {
            return false;
        }
        let largest = self.trial.alpha.iter().fold(0.0, |a: f64, &b| a.max(b));
        let lagrange = &self.trial.vlag[..m];
        let vlagsq = lagrange.iter().fold(1.0, |a: f64, &b| a.max(b * b));
        self.trial.beta * largest > 0.1 * vlagsq
    }

    fn set_delta(&mut self, delta: f64) {
        self.delta = if delta <= 1.5 * self.rho {
            self.rho
        } else {
            delta
        };
    }

    /// Moves the base to the best point when that is far from it, compared with a step.
    fn shift_base(&mut self, dsq: f64) {
        if dsq > 1e-3 * self.points.xoptsq {
            return;
        }
        self.inverse.shift(&self.points);
        self.model.shift(&self.points);
        for (y, x) in self.region.y.iter_mut().zip(&self.points.xopt) {
            *y -= x;
        }
        self.points.shift();
    }
}
