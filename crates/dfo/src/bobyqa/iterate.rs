//! The iteration, as a state machine that stops at each evaluation.

use super::geometry::Geometry;
use super::initialize::Design;
use super::inverse::{Inverse, Trial};
use super::model::Model;
use super::options::{Options, Variant};
use super::points::Points;
use super::rescue::Rescue;
use super::trust_region::TrustRegion;
use super::update::{Alternative, Leaving};

/// BOBYQA between two evaluations: Powell's BOBYQB (Powell2009, Section 2 and 6).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Iteration {
    pub(super) variant: Variant,
    pub(crate) points: Points,
    pub(super) model: Model,
    pub(super) inverse: Inverse,
    pub(crate) design: Design,
    pub(super) region: TrustRegion,
    pub(super) geometry: Geometry,
    pub(super) trial: Trial,
    pub(super) alternative: Alternative,
    pub(super) rescue: Rescue,
    /// ρ, the resolution: it never increases.
    pub(crate) rho: f64,
    pub(super) rho_end: f64,
    /// The smallest ρ at which the work is done.
    pub(crate) done: Option<f64>,
    /// Bound of the error of the objective.
    pub(super) accuracy: f64,
    /// Δ ≥ ρ, the radius of the trust region.
    pub(super) delta: f64,
    /// min(Δ, |d|) of the last trust region step.
    pub(super) dnorm: f64,
    /// (F(x) − F_opt)/(Q(x) − Q_opt) of the last trust region step.
    pub(super) ratio: f64,
    pub(super) leaving: Leaving,
    /// Q(x) − Q_opt at the trial point.
    pub(super) vquad: f64,
    /// The radius of the last geometry step.
    pub(super) reach: f64,
    /// Errors of the model at the last three points, the latest first.
    pub(super) errors: [f64; 3],
    /// Evaluations so far.
    pub(crate) nf: usize,
    /// Evaluations when ρ changed, a long step was taken, or a rescue was made.
    pub(super) nf_saved: usize,
    /// Evaluations at the last rescue.
    pub(super) nf_rescue: usize,
    pub(crate) pending: Pending,
    pub(super) work: Vec<f64>,
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
pub(super) enum Phase {
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
            done: None,
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
        self.inverse.alphas(&mut self.trial.alpha);
        let improves = f < self.points.fopt();
        let entered = if let Some(leaving) = self.leaving(improves, self.delta) {
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
        self.done = Some(self.rho);
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
}

pub(super) fn end(end: End) -> Phase {
    Phase::Evaluate(Pending::Nothing(end))
}
