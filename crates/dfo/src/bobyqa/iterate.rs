//! The iteration, as a state machine that stops at each evaluation.

use super::geometry::Geometry;
use super::initialize::Design;
use super::inverse::{Inverse, Trial};
use super::model::Model;
use super::options::{Options, Variant};
use super::points::Points;
use super::rescue::Rescue;
use super::trust_region::TrustRegion;
use super::update::{Alternative, Leaving, leaving, replace};

/// BOBYQA between two evaluations: Powell's BOBYQB (Powell2009, Section 2 and 6).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Iteration {
    variant: Variant,
    pub(crate) points: Points,
    model: Model,
    inverse: Inverse,
    pub(crate) design: Design,
    region: TrustRegion,
    geometry: Geometry,
    trial: Trial,
    alternative: Alternative,
    rescue: Rescue,
    /// ρ, the resolution: it never increases.
    pub(crate) rho: f64,
    rho_end: f64,
    /// Bound of the error of the objective.
    accuracy: f64,
    /// Δ ≥ ρ, the radius of the trust region.
    delta: f64,
    /// min(Δ, |d|) of the last trust region step.
    dnorm: f64,
    /// (F(x) − F_opt)/(Q(x) − Q_opt) of the last trust region step.
    ratio: f64,
    leaving: Leaving,
    /// Q(x) − Q_opt at the trial point.
    vquad: f64,
    /// The radius of the last geometry step.
    reach: f64,
    /// Errors of the model at the last three points, the latest first.
    errors: [f64; 3],
    /// Evaluations so far.
    pub(crate) nf: usize,
    /// Evaluations when ρ changed, a long step was taken, or a rescue was made.
    nf_saved: usize,
    /// Evaluations at the last rescue.
    nf_rescue: usize,
    pub(crate) pending: Pending,
    work: Vec<f64>,
}

/// What the point that waits for its value is for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Pending {
    /// The first interpolation points.
    Design,
    /// A trust region step.
    Step,
    /// A better place for a point that is far away.
    Geometry,
    /// A point of a new design.
    Rescue(usize),
    /// The last step, too short to enter the model.
    Last,
    /// Nothing: the run is over.
    Nothing(End),
}

/// Why an iteration ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum End {
    /// ρ has reached its final value.
    SmallRadius,
    /// The values of all points agree up to the error of the objective.
    Accuracy,
    /// Rounding spoils the updating formula.
    Rounding,
}

/// What to do next.
enum Phase {
    TrustRegion,
    ShortStep,
    /// Look for a point farther than this squared distance.
    Improve {
        distsq: f64,
        short: bool,
    },
    Geometry,
    Rescue {
        geometry: bool,
    },
    ReduceRho {
        short: bool,
    },
    Evaluate(Pending),
}

impl Iteration {
    pub(crate) fn new(points: Points, options: &Options) -> Self {
        let Options {
            variant,
            radius: rho,
            final_radius: rho_end,
            accuracy,
            ..
        } = *options;
        Iteration::begin(points, variant, rho, rho_end, accuracy)
    }

    fn begin(mut points: Points, variant: Variant, rho: f64, rho_end: f64, accuracy: f64) -> Self {
        let (n, m) = (points.n(), points.m());
        if variant.rules().grows {
            points.active = m.min(2 * n + 1);
        }
        let mut design = Design::new(rho, n);
        design.place(&mut points);
        Iteration {
            variant,
            points,
            model: Model::zeros(n, m),
            inverse: Inverse::zeros(n, m),
            design,
            region: TrustRegion::new(n),
            geometry: Geometry::new(n, m),
            trial: Trial::zeros(n, m),
            alternative: Alternative::new(n, m),
            rescue: Rescue::new(n, m),
            rho,
            rho_end,
            accuracy,
            delta: rho,
            dnorm: 0.0,
            ratio: 0.0,
            leaving: Leaving { t: 0, den: 0.0 },
            vquad: 0.0,
            reach: 0.0,
            errors: [0.0; 3],
            nf: 0,
            nf_saved: 0,
            nf_rescue: 0,
            pending: Pending::Design,
            work: vec![0.0; 2 * m],
        }
    }

    /// True until the initial design is evaluated.
    pub(crate) fn is_designing(&self) -> bool {
        self.pending == Pending::Design
    }

    /// A new run with a larger radius, when the values of the initial design agree up to their error and the box
    /// has room.
    pub(crate) fn enlarged(&self, lower: &[f64], upper: &[f64]) -> Option<Self> {
        if !self.is_flat() {
            return None;
        }
        let room = lower.iter().zip(upper).map(|(l, u)| 0.5 * (u - l));
        let rho = room.fold(10.0 * self.rho, f64::min);
        let points = &self.points;
        let x: Vec<f64> = points.base.clone();
        (rho > self.rho).then(|| {
            let points = Points::new(&x, lower, upper, rho, points.m());
            Iteration::begin(points, self.variant, rho, self.rho_end, self.accuracy)
        })
    }

    /// Whether the values of all points agree up to ten times their error, when there is one.
    fn is_flat(&self) -> bool {
        let fopt = self.points.fopt();
        let spread = self.points.f[..self.points.active]
            .iter()
            .fold(0.0, |s: f64, f| s.max(f - fopt));
        self.accuracy > 0.0 && spread <= 10.0 * self.accuracy
    }

    /// Writes the k-th point of the design after the pending one.
    pub(crate) fn read_design(&self, k: usize, y: &mut [f64]) {
        self.points.y.read_row(self.design.evaluated + k, y);
    }

    /// Writes the point that waits for its value, relative to the base.
    pub(crate) fn read_pending(&self, y: &mut [f64]) {
        match self.pending {
            Pending::Design => self.points.y.read_row(self.design.evaluated, y),
            Pending::Rescue(k) => self.points.y.read_row(k, y),
            Pending::Step | Pending::Geometry => y.copy_from_slice(&self.trial.y),
            Pending::Last => y.copy_from_slice(&self.region.y),
            Pending::Nothing(_) => y.copy_from_slice(&self.points.xopt),
        }
    }

    /// Takes the value of the pending point and works until the next one is known.
    ///
    /// An infinite value is a barrier.
    pub(crate) fn tell(&mut self, f: f64) {
        self.nf += 1;
        let f = if f.is_finite() || self.is_designing() {
            f
        } else {
            self.points.barrier()
        };
        let phase = match self.pending {
            Pending::Design => self.after_design(f),
            Pending::Step => self.after_step(f),
            Pending::Geometry => self.after_geometry(f),
            Pending::Rescue(_) => self.after_rescue(f),
            Pending::Last => end(End::SmallRadius),
            Pending::Nothing(end) => Phase::Evaluate(Pending::Nothing(end)),
        };
        self.pending = self.run(phase);
    }

    /// Works until a value is needed.
    fn run(&mut self, mut phase: Phase) -> Pending {
        loop {
            phase = match phase {
                Phase::TrustRegion => self.trust_region(),
                Phase::ShortStep => self.short_step(),
                Phase::Improve { distsq, short } => self.improve(distsq, short),
                Phase::Geometry => self.geometry(),
                Phase::Rescue { geometry } => self.rescue(geometry),
                Phase::ReduceRho { short } => self.reduce_rho(short),
                Phase::Evaluate(pending) => return pending,
            };
        }
    }

    fn after_design(&mut self, f: f64) -> Phase {
        self.points.f[self.design.evaluated] = f;
        self.design.evaluated += 1;
        self.design.place(&mut self.points);
        if self.design.evaluated < self.points.active {
            return Phase::Evaluate(Pending::Design);
        }
        let barrier = self.points.barrier();
        for f in self.points.f.iter_mut().filter(|f| !f.is_finite()) {
            *f = barrier;
        }
        self.design
            .finish(&mut self.points, &mut self.model, &mut self.inverse);
        (self.nf_saved, self.nf_rescue) = (self.nf, self.nf);
        Phase::TrustRegion
    }

    /// A point whose value is known from elsewhere enters the set, unless another one is being built.
    pub(crate) fn offer(&mut self, z: &[f64], f: f64) -> bool {
        if !matches!(self.pending, Pending::Step | Pending::Geometry) {
            return false;
        }
        for (i, z) in z.iter().enumerate() {
            let (sl, su) = (self.points.sl[i], self.points.su[i]);
            let y = (z - self.points.base[i]).max(sl).min(su);
            self.trial.y[i] = y;
            self.trial.d[i] = y - self.points.xopt[i];
        }
        self.inverse.trial(&self.points, &mut self.trial);
        let improves = f < self.points.fopt();
        let kept = (!improves).then_some(self.points.best);
        let entered = if let Some(leaving) = self.leaving(improves, kept) {
            self.leaving = leaving;
            let vquad = self.model.change(&self.trial.d, &self.trial.yd);
            self.replace(f, f - self.points.fopt() - vquad);
            true
        } else {
            false
        };
        self.pending = self.run(Phase::TrustRegion);
        entered
    }

    /// A step of the trust region, and the point that would leave for it.
    fn trust_region(&mut self) -> Phase {
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
        // Not `>= 0`, so that NaN counts too.
        if self.variant.rules().expects_reduction && !(self.vquad < 0.0) {
            return Phase::ShortStep;
        }
        let best = self.points.best;
        match self.leaving(false, Some(best)) {
            Some(leaving) => self.leaving = leaving,
            None if self.has_room() => {}
            None => return Phase::Rescue { geometry: false },
        }
        Phase::Evaluate(Pending::Step)
    }

    /// The step is too short to be worth an evaluation. Is the model good enough to reduce ρ?
    fn short_step(&mut self) -> Phase {
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
    fn improve(&mut self, mut distsq: f64, short: bool) -> Phase {
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
    fn geometry(&mut self) -> Phase {
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

    fn after_step(&mut self, f: f64) -> Phase {
        let (fopt, vquad) = (self.points.fopt(), self.vquad);
        let error = self.note_error(f - fopt - vquad);
        if vquad >= 0.0 {
            return end(End::Rounding);
        }
        self.ratio = (f - fopt) / vquad;
        let (half, dnorm) = (0.5 * self.delta, self.dnorm);
        self.set_delta(if self.ratio <= 0.1 {
            half.min(dnorm)
        } else if self.ratio <= 0.7 {
            half.max(dnorm)
        } else {
            half.max(dnorm + dnorm)
        });
        if self.has_room() {
            self.leaving = Leaving {
                t: self.points.active,
                den: self.trial.beta,
            };
        } else if f < fopt {
            if let Some(leaving) = self.leaving(true, None) {
                self.leaving = leaving;
            }
        }
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

    fn after_geometry(&mut self, f: f64) -> Phase {
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

    /// Puts the trial point into the set and into the model.
    fn replace(&mut self, f: f64, error: f64) {
        replace(
            &mut self.points,
            &mut self.model,
            &mut self.inverse,
            &mut self.trial,
            self.leaving,
            f,
            error,
            &mut self.work,
        );
    }

    /// Whether the trial point can be added to the set: there is room, and it is well apart from the others.
    fn has_room(&mut self) -> bool {
        let m = self.points.m();
        if self.points.active == m {
            return false;
        }
        let alpha = &mut self.work[..m];
        self.inverse.alphas(alpha);
        let largest = alpha.iter().fold(0.0, |a: f64, &b| a.max(b));
        let lagrange = &self.trial.vlag[..m];
        let vlagsq = lagrange.iter().fold(1.0, |a: f64, &b| a.max(b * b));
        self.trial.beta * largest > 0.1 * vlagsq
    }

    fn leaving(&mut self, improved: bool, kept: Option<usize>) -> Option<Leaving> {
        let center = if improved {
            &self.trial.y
        } else {
            &self.points.xopt
        };
        leaving(
            &self.points,
            &self.inverse,
            &self.trial,
            center,
            self.delta,
            self.variant.rules().prefers_far,
            kept,
            &mut self.work,
        )
    }

    /// Begins a new design, unless the last one is as new as that.
    fn rescue(&mut self, geometry: bool) -> Phase {
        if self.nf <= self.nf_rescue {
            return end(End::Rounding);
        }
        tracing::debug!(evaluations = self.nf, "rescue");
        self.nf_saved = self.nf;
        self.rescue.begin(
            &mut self.points,
            &mut self.model,
            &mut self.inverse,
            &mut self.trial,
            self.delta,
        );
        self.nf_rescue = self.nf;
        match self.rescue.next(&mut self.points, &mut self.model) {
            Some(k) => Phase::Evaluate(Pending::Rescue(k)),
            None if geometry => Phase::Geometry,
            None => Phase::TrustRegion,
        }
    }

    fn after_rescue(&mut self, f: f64) -> Phase {
        self.rescue
            .absorb(&mut self.points, &mut self.model, &self.inverse, f);
        if let Some(k) = self.rescue.next(&mut self.points, &mut self.model) {
            return Phase::Evaluate(Pending::Rescue(k));
        }
        self.rescue.finish(&mut self.points, &mut self.model);
        (self.nf_saved, self.nf_rescue) = (self.nf, self.nf);
        Phase::TrustRegion
    }

    /// A smaller ρ, or the end.
    fn reduce_rho(&mut self, short: bool) -> Phase {
        if self.is_flat() {
            return end(End::Accuracy);
        }
        if self.rho <= self.rho_end {
            return if short {
                Phase::Evaluate(Pending::Last)
            } else {
                end(End::SmallRadius)
            };
        }
        let ratio = self.rho / self.rho_end;
        let half = 0.5 * self.rho;
        self.rho = if ratio <= 16.0 {
            self.rho_end
        } else if ratio <= 250.0 {
            ratio.sqrt() * self.rho_end
        } else {
            self.variant.rules().shrink * self.rho
        };
        self.delta = half.max(self.rho);
        self.nf_saved = self.nf;
        tracing::debug!(
            rho = self.rho,
            evaluations = self.nf,
            value = self.points.fopt(),
            "smaller radius"
        );
        Phase::TrustRegion
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

fn end(end: End) -> Phase {
    Phase::Evaluate(Pending::Nothing(end))
}
