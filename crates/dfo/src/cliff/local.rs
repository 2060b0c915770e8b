//! The local solve: a trust region on the model of one piece, cut by the models of its cliffs.

use linalg::random::SplitMix;
use linalg::slice::{axpy, norm_inf, norm2};

use super::Label;
use super::archive::{Archive, Interrupt};
use super::bisect::confirm;
use super::cut::Cut;
use super::model::{Uncertainty, fit_model, model_points};
use super::quadratic::{Quadratic, coefficients};
use super::sorting::cuts;
use super::step::{Step, Subproblem, solve};
use super::vector::{along, clip, difference, distance};

/// Smallest width to which a cliff is located, in units of the box.
pub(crate) const FINEST: f64 = 1e-8;

/// Width to which cliffs are located at radius Δ.
pub(crate) fn tolerance(delta: f64) -> f64 {
    (0.02 * delta).min(0.2 * delta * delta).max(FINEST)
}

/// A failed step may be tried so often again.
const REPEATS: usize = 1;

/// A trust region on one piece.
pub(crate) struct Local<'r, 'a> {
    pub archive: &'r mut Archive<'a>,
    pub random: &'r mut SplitMix,
    /// The lowest point on the piece.
    pub x: usize,
    piece: Label,
    /// Whether other pieces are left alone, though they be lower.
    pub stick: bool,
    pub delta: f64,
    /// Points of the model lie within this distance.
    pub reach: f64,
    pub model: Quadratic,
    pub cuts: Vec<Cut>,
    fails: usize,
    /// The last step that ended beyond a cliff.
    failed: Option<Vec<f64>>,
    /// How often in a row the same step was proposed after that.
    repeated: usize,
    /// Whether the model has fewer points than a linear function has coefficients.
    sparse: bool,
    /// Values that the model predicted well since the last that it did not.
    confirmed: usize,
}

impl<'r, 'a> Local<'r, 'a> {
    /// Begins at the point `x`, which has a label.
    pub fn new(
        archive: &'r mut Archive<'a>,
        random: &'r mut SplitMix,
        x: usize,
        delta: f64,
        stick: bool,
    ) -> Self {
        let model = Quadratic::zero(archive.u(x));
        let piece = archive.label(x).unwrap_or_default();
        Local {
            archive,
            random,
            x,
            piece,
            stick,
            delta,
            reach: 1.0,
            model,
            cuts: Vec::new(),
            fails: 0,
            failed: None,
            repeated: 0,
            sparse: true,
            confirmed: 0,
        }
    }

    /// Goes on from the point k, wherever it lies, with this radius.
    pub fn restart(&mut self, k: usize, delta: f64, stick: bool) {
        self.x = k;
        self.hold();
        self.stick = stick;
        self.delta = delta;
        self.reach = 1.0;
        self.fails = 0;
    }

    /// The label of the piece: that of x, or the last it had when it is not believed any more.
    pub fn label(&self) -> Label {
        self.archive.label(self.x).unwrap_or(self.piece)
    }

    /// Keeps x a point of the piece, though labels are taken back or made anew.
    fn hold(&mut self) {
        let label = self.label();
        if self.archive.label(self.x).is_none()
            && let Some(k) = self.archive.lowest(self.archive.labelled(label))
        {
            self.x = k;
        }
        self.piece = label;
    }

    /// Runs until the radius is below `end`.
    pub fn run(&mut self, end: f64) -> Result<(), Interrupt> {
        for _ in 0..400 {
            if self.delta < end {
                break;
            }
            let before = self.archive.points.len();
            self.refresh();
            let tol = tolerance(self.delta);
            let step = self.step(tol);
            let size = norm_inf(&difference(&step.u, self.archive.u(self.x)));
            let f = self.archive.value(self.x);
            if size < 0.02 * self.delta
                || step.decrease <= 1e-10 * (1.0 + f.abs()) + self.archive.accuracy
            {
                let verified = self.verify(&step, tol)?;
                if verified || self.archive.points.len() == before {
                    self.delta *= 0.1;
                    self.fails = 0;
                    if self.confirmed == 0 {
                        self.reach = 3.0 * self.delta;
                    }
                } else {
                    self.absorb(before)?;
                }
                continue;
            }
            if self.sparse && !self.spread()? {
                self.absorb(before)?;
                continue;
            }
            if self.measure(&step, tol)? {
                self.attempt(&step, size, tol)?;
            }
            self.absorb(before)?;
            if self.archive.points.len() == before {
                self.delta *= 0.5;
            }
        }
        Ok(())
    }

    /// Models of θ and of the cliffs at x.
    pub fn refresh(&mut self) {
        self.hold();
        let label = self.label();
        let points = model_points(
            self.archive,
            label,
            self.x,
            self.reach.max(3.0 * self.delta),
        );
        self.sparse = points.len() <= self.archive.n;
        let before = Some(&self.model).filter(|_| points.len() > self.archive.n);
        if let Some(model) = fit_model(self.archive, &points, before) {
            self.model = model;
        }
        let u = self.archive.u(self.x).to_vec();
        self.cuts = cuts(
            self.archive,
            label,
            &u,
            (40.0 * self.delta).max(0.1),
            self.delta,
        );
    }

    /// Minimizer of the model in the region, `margin` away from the cliffs.
    pub fn step(&self, margin: f64) -> Step {
        self.step_within(margin, self.delta)
    }

    /// The same with another radius.
    pub fn step_within(&self, margin: f64, delta: f64) -> Step {
        let u = self.archive.u(self.x);
        let slack = |c: &Cut| (-c.surface.value(u)).clamp(0.2 * margin, margin);
        let margins: Vec<f64> = self.cuts.iter().map(slack).collect();
        let surfaces: Vec<&Quadratic> = self.cuts.iter().map(|c| &c.surface).collect();
        solve(&Subproblem {
            model: &self.model,
            constraints: &surfaces,
            margins: &margins,
            x: u,
            delta,
        })
    }

    /// Evaluates the step, and looks for the cliff when it ends beyond one.
    fn attempt(&mut self, step: &Step, size: f64, tol: f64) -> Result<(), Interrupt> {
        let label = self.label();
        let f = self.archive.value(self.x);
        // What was learnt from a step that is proposed again and again does not help at this radius.
        let near = |u: &Vec<f64>| norm_inf(&difference(u, &step.u)) <= 0.1 * size;
        let again = self.failed.take().as_ref().is_some_and(near);
        self.repeated = if again { self.repeated + 1 } else { 0 };
        if self.repeated > REPEATS {
            self.repeated = 0;
            self.delta *= 0.5;
            return Ok(());
        }
        let k = self.archive.evaluate(&step.u)?;
        match self.archive.label(k) {
            None => self.delta *= 0.7,
            Some(l) if l == label => {
                let ratio = (f - self.archive.value(k)) / step.decrease;
                if ratio > 0.7 && size > 0.8 * self.delta {
                    self.delta = (2.0 * self.delta).min(0.5);
                } else if ratio < 0.1 {
                    self.delta *= 0.5;
                }
                self.fails = 0;
            }
            Some(_) if self.archive.value(k) < f && !self.stick => {}
            Some(_) => {
                self.failed = Some(step.u.clone());
                self.restore(k, tol)?;
                self.fails += 1;
                if self.fails > 3 + 2 * self.archive.n {
                    self.delta *= 0.5;
                    self.fails = 0;
                }
            }
        }
        Ok(())
    }

    /// Whether the points of the model determine it within Δ. If not, evaluates the least determined point.
    pub fn spread(&mut self) -> Result<bool, Interrupt> {
        let n = self.archive.n;
        let label = self.label();
        let points = model_points(
            self.archive,
            label,
            self.x,
            self.reach.max(3.0 * self.delta),
        );
        let Some(uncertainty) = Uncertainty::new(self.archive, &points, self.delta) else {
            return Ok(true);
        };
        let margin = 2.0 * tolerance(self.delta);
        let mut best: Option<(f64, Vec<f64>)> = None;
        for i in 0..10 + 6 * n {
            let radius = if i % 2 == 0 { 1.0 } else { 0.6 };
            let direction = self.random.direction(n);
            let mut y = along(self.archive.u(self.x), radius * self.delta, &direction);
            clip(&mut y);
            for _ in 0..3 {
                for cut in &self.cuts {
                    let over = cut.surface.value(&y) + margin;
                    if over > 0.0 {
                        axpy(-1.1 * over, &cut.normal, &mut y);
                    }
                }
                clip(&mut y);
            }
            if self
                .cuts
                .iter()
                .any(|c| c.surface.value(&y) > -0.5 * margin)
            {
                continue;
            }
            let deviation = uncertainty.at(&y);
            if best.as_ref().is_none_or(|(d, _)| deviation > *d) {
                best = Some((deviation, y));
            }
        }
        let Some((deviation, y)) = best else {
            return Ok(true);
        };
        let enough = points.len() >= (2 * n + 1).min(coefficients(n));
        if deviation <= if enough { 0.4 } else { 0.05 } {
            return Ok(true);
        }
        let before = self.archive.points.len();
        let k = self.archive.evaluate(&y)?;
        if before == self.archive.points.len() {
            return Ok(true);
        }
        if let Some(l) = self.archive.label(k)
            && l != label
            && (self.stick || self.archive.value(k) >= self.archive.value(self.x))
        {
            self.restore(k, tolerance(self.delta))?;
        }
        Ok(false)
    }

    /// Takes the lowest of the points evaluated since `before`, and notes how well the model predicted them.
    fn absorb(&mut self, before: usize) -> Result<(), Interrupt> {
        let label = self.label();
        let f = self.archive.value(self.x);
        let x = self.archive.u(self.x).to_vec();
        let slope = norm2(&self.model.gradient_at(&x));
        let allowed =
            (1e-9 * (1.0 + f.abs())).max(1e-4 * self.delta * slope) + 10.0 * self.archive.accuracy;
        let new = before..self.archive.points.len();
        for k in new.clone() {
            let point = &self.archive.points[k];
            let far = norm_inf(&difference(&point.u, &x)) > self.reach;
            if point.label != Some(label) || far {
                continue;
            }
            let error = (self.model.value(&point.u) - point.value).abs();
            if error > allowed && self.confirmed > 0 && self.is_foreign(k, error) {
                self.archive.points[k].label = None;
            } else if error > allowed {
                self.reach = 3.0 * self.delta;
                self.confirmed = 0;
            } else {
                self.confirmed += 1;
            }
        }
        let stick = self.stick.then_some(label);
        let best = self
            .archive
            .lowest(new.filter(|&k| stick.is_none() || self.archive.label(k) == stick));
        if let Some(k) = best
            && self.archive.value(k) < f
        {
            let switches = self.archive.label(k) != Some(label);
            if switches && !confirm(self.archive, k)? {
                return Ok(());
            }
            self.x = k;
            self.hold();
            if switches {
                self.delta = self.delta.max(0.05);
                self.reach = 1.0;
                self.confirmed = 0;
                self.model = Quadratic::zero(self.archive.u(k));
                self.fails = 0;
            }
        }
        Ok(())
    }

    /// Whether the value of point k, which the model misses by `error`, is that of a nearby point with another label.
    fn is_foreign(&self, k: usize, error: f64) -> bool {
        let point = &self.archive.points[k];
        let far = 2.0
            * self
                .delta
                .max(norm_inf(&difference(&point.u, self.archive.u(self.x))));
        self.archive.points.iter().any(|other| {
            other.label.is_some_and(|l| Some(l) != point.label)
                && distance(&other.u, &point.u) <= far
                && (other.value - point.value).abs() < 0.1 * error
        })
    }
}
