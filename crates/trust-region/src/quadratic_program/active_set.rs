//! The primal active-set method.

use linalg::slice::{axpy, dot, norm_inf, norm2};

use super::QuadraticProgram;
use super::reduced::{Curvature, ReducedHessian};
use super::working_set::WorkingSet;

/// Where a constraint stands; rows are constraints 0..m, bounds m..m + n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Not in the working set, and satisfied.
    Inside,
    /// A row below its interval.
    Below,
    /// A row above its interval.
    Above,
    /// In the working set, at the lower end; also equalities.
    AtLower,
    /// In the working set, at the upper end.
    AtUpper,
}

/// A step length at which the slope of the objective jumps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    pub t: f64,
    /// The order in which breaks were found.
    pub order: usize,
    pub constraint: usize,
    /// Where the constraint would stand in the working set.
    pub end: Place,
    /// Where it stands behind the break.
    pub behind: Place,
    pub jump: f64,
}

/// How a solve ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The first-order conditions hold up to rounding.
    pub is_stationary: bool,
    /// The objective falls without limit: an infinite bound and no curvature.
    pub is_unbounded: bool,
    /// Changes of the working set and steps.
    pub iterations: usize,
    /// gᵀd + ½ dᵀHd, without the penalty.
    pub quadratic: f64,
    /// Σ dist(aᵢᵀd, …).
    pub violation: f64,
}

/// A primal active-set method for [`QuadraticProgram`]s of one size.
///
/// # Algorithm
/// The working set W holds ends of rows and bounds with independent normals. Rows outside of W that are
/// violated add ±ν aᵢ to the gradient. Repeat:
/// 1. On the subspace that keeps W, take Newton's direction; where the reduced Hessian is indefinite, that
///    of a shifted Hessian or one of negative curvature.
/// 2. If that is 0, find a multiplier outside of its interval ([0, ν] at an upper end, [−ν, ν] at an
///    equality, …), the most violating one, and let its constraint go to the side the sign tells. If there
///    is none, let all constraints with multiplier 0 go, if that uncovers negative curvature along which
///    they hold; else stop.
/// 3. Else walk along the direction, over the ends of rows as long as the slope stays negative; a row or
///    bound at which the walk ends enters W.
///
/// # Convergence and failure
/// The objective falls at each step of positive length. After a number of steps of length 0, multipliers
/// and breaks are chosen by the smallest index (Bland), so that no working set returns. A limit on the
/// iterations remains for rounding; then the point is feasible for the bounds and better than the start,
/// and `is_stationary` is false. The start is d = 0 or the point on the last working set, whichever is
/// better.
///
/// # References
/// (Fletcher1987, Chapters 10 and 14), (NocedalWright2006, Section 16.5).
#[derive(Debug)]
pub struct ActiveSet {
    n: usize,
    pub(super) m: usize,
    pub(super) set: WorkingSet,
    reduced: ReducedHessian,
    pub(super) places: Vec<Place>,
    pub(super) breaks: Vec<Break>,
    /// The point, A d and H d.
    pub(super) d: Vec<f64>,
    pub(super) values: Vec<f64>,
    pub(super) hd: Vec<f64>,
    /// The direction, A p and H p.
    pub(super) p: Vec<f64>,
    pub(super) slopes: Vec<f64>,
    pub(super) hp: Vec<f64>,
    /// The gradient of the penalized objective away from the working set.
    pub(super) r: Vec<f64>,
    reduced_r: Vec<f64>,
    reduced_p: Vec<f64>,
    hz: Vec<f64>,
    pub(super) lambda: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    /// Members of the last working set, for the next start.
    pub(super) last: Vec<(usize, Place)>,
    /// Members with multiplier 0.
    pub(super) weak: Vec<(usize, Place)>,
}

/// Steps of length 0 in a row after which the smallest index rules.
const PATIENCE: usize = 10;

impl ActiveSet {
    /// Work space for n variables and m rows.
    pub fn new(n: usize, m: usize) -> Self {
        let zeros = |k: usize| vec![0.0; k];
        ActiveSet {
            n,
            m,
            set: WorkingSet::new(n),
            reduced: ReducedHessian::new(n),
            places: vec![Place::Inside; n + m],
            breaks: Vec::with_capacity(2 * m + n),
            d: zeros(n),
            values: zeros(m),
            hd: zeros(n),
            p: zeros(n),
            slopes: zeros(m),
            hp: zeros(n),
            r: zeros(n),
            reduced_r: zeros(n),
            reduced_p: zeros(n),
            hz: zeros(n),
            lambda: zeros(n),
            y: zeros(m),
            z: zeros(n),
            last: Vec::with_capacity(n),
            weak: Vec::with_capacity(n),
        }
    }

    /// d (n), the point of the last solve.
    pub fn point(&self) -> &[f64] {
        &self.d
    }
    /// y (m), the multipliers of the rows: g + Hd + Aᵀy + z = 0, positive at an upper end.
    pub fn multipliers(&self) -> &[f64] {
        &self.y
    }
    /// z (n), the multipliers of the bounds.
    pub fn bound_multipliers(&self) -> &[f64] {
        &self.z
    }
    /// Forgets the last working set.
    pub fn forget(&mut self) {
        self.last.clear();
    }

    /// Solves a program from the working set of the last one. The box must contain 0.
    pub fn solve(&mut self, program: &QuadraticProgram) -> Outcome {
        debug_assert!(program.nvar() == self.n && program.nrow() == self.m);
        self.start(program);
        let (mut still, mut iterations, mut is_unbounded) = (0, 0, false);
        let (mut curved, mut escapes) = (false, 0);
        let limit = 50 + 10 * (self.n + self.m);
        let is_stationary = loop {
            if iterations == limit {
                break false;
            }
            iterations += 1;
            // Step 1
            let curvature = self.direction(program, curved);
            let bland = still > PATIENCE;
            if curvature == Curvature::Positive && self.is_zero(program) {
                // Step 2
                if self.release(program, bland) {
                    continue;
                }
                escapes += 1;
                if escapes > self.n || !self.escape(program) {
                    break true;
                }
            }
            // Step 3
            let members = self.set.members().len();
            let walked = self.walk(program, bland);
            // a walk that ends inside must not lead to a saddle
            curved = curvature == Curvature::Shifted && self.set.members().len() == members;
            match walked {
                Some(t) if t * norm_inf(&self.p) > 1e-14 * (1.0 + norm_inf(&self.d)) => still = 0,
                Some(_) => still += 1,
                None => {
                    is_unbounded = true;
                    break false;
                }
            }
        };
        self.finish(program);
        Outcome {
            is_stationary,
            is_unbounded,
            iterations,
            quadratic: dot(program.gradient, &self.d) + 0.5 * dot(&self.d, &self.hd),
            violation: program.violation(&self.d),
        }
    }

    /// Step 1: r, and the direction p in the null space of the working set.
    pub(super) fn direction(&mut self, program: &QuadraticProgram, curved: bool) -> Curvature {
        self.gradient(program);
        let k = self.n - self.set.members().len();
        for j in 0..k {
            self.hz.fill(0.0);
            let z = self.set.direction(j);
            for (l, &z) in z.iter().enumerate() {
                if z != 0.0 {
                    axpy(
                        z,
                        &program.hessian[l * self.n..(l + 1) * self.n],
                        &mut self.hz,
                    );
                }
            }
            for i in j..k {
                self.reduced.m[i + j * self.n] = dot(self.set.direction(i), &self.hz);
            }
            self.reduced_r[j] = dot(z, &self.r);
        }
        let r = &self.reduced_r[..k];
        let is_tiny = norm2(r) <= 1e-8 * (norm2(program.gradient) + norm2(&self.r));
        let p = &mut self.reduced_p[..k];
        let curvature = self.reduced.direction(k, r, curved || is_tiny, p);
        self.p.fill(0.0);
        for j in 0..k {
            axpy(self.reduced_p[j], self.set.direction(j), &mut self.p);
        }
        curvature
    }

    /// r = g + Hd + ν Σ_{above} aᵢ − ν Σ_{below} aᵢ.
    fn gradient(&mut self, program: &QuadraticProgram) {
        for ((r, g), hd) in self.r.iter_mut().zip(program.gradient).zip(&self.hd) {
            *r = g + hd;
        }
        for i in 0..self.m {
            match self.places[i] {
                Place::Above => axpy(program.penalty, program.row(i), &mut self.r),
                Place::Below => axpy(-program.penalty, program.row(i), &mut self.r),
                _ => {}
            }
        }
    }

    /// Whether the reduced gradient is rounding error.
    fn is_zero(&self, program: &QuadraticProgram) -> bool {
        let k = self.n - self.set.members().len();
        let scale = norm2(program.gradient) + norm2(&self.hd) + norm2(&self.r);
        norm2(&self.reduced_r[..k]) <= 1e-13 * scale
            || norm_inf(&self.p) <= 1e-15 * norm_inf(&self.d)
    }

    /// Step 2: lets a constraint with a wrong multiplier go; false when there is none.
    fn release(&mut self, program: &QuadraticProgram, bland: bool) -> bool {
        let k = self.set.members().len();
        self.set.multipliers(&self.r, &mut self.lambda[..k]);
        let scale = norm_inf(&self.lambda[..k]).max(norm_inf(program.gradient));
        let mut worst: Option<(f64, usize, usize, Place)> = None;
        for (position, &constraint) in self.set.members().iter().enumerate() {
            let (least, most) = self.interval(program, constraint);
            let lambda = self.lambda[position];
            let (excess, to) = if lambda > most {
                (lambda - most, Place::Above)
            } else if lambda < least && least == -program.penalty && constraint < self.m {
                (least - lambda, Place::Below)
            } else {
                (least - lambda, Place::Inside)
            };
            // above a one-sided lower end lies the inside
            let to = match (self.places[constraint], to) {
                (Place::AtLower, Place::Above) if most == 0.0 => Place::Inside,
                (_, to) => to,
            };
            if excess <= 1e-11 * scale {
                continue;
            }
            let better = worst.is_none_or(
                |(e, _, c, _)| {
                    if bland { constraint < c } else { excess > e }
                },
            );
            if better {
                worst = Some((excess, position, constraint, to));
            }
        }
        let Some((_, position, constraint, to)) = worst else {
            return false;
        };
        self.places[constraint] = to;
        self.set.remove(position);
        true
    }

    /// The interval in which the multiplier of a member must lie.
    pub(super) fn interval(&self, program: &QuadraticProgram, constraint: usize) -> (f64, f64) {
        let (lower, upper, nu) = if constraint < self.m {
            let (l, u) = (program.row_lower[constraint], program.row_upper[constraint]);
            (l, u, program.penalty)
        } else {
            let j = constraint - self.m;
            (program.lower[j], program.upper[j], f64::INFINITY)
        };
        match self.places[constraint] {
            _ if lower == upper => (-nu, nu),
            Place::AtUpper => (0.0, nu),
            _ => (-nu, 0.0),
        }
    }

    /// Multipliers of all rows and bounds.
    fn finish(&mut self, program: &QuadraticProgram) {
        self.gradient(program);
        let k = self.set.members().len();
        self.set.multipliers(&self.r, &mut self.lambda[..k]);
        self.z.fill(0.0);
        for i in 0..self.m {
            self.y[i] = match self.places[i] {
                Place::Above => program.penalty,
                Place::Below => -program.penalty,
                _ => 0.0,
            };
        }
        self.last.clear();
        for (&constraint, &lambda) in self.set.members().iter().zip(&self.lambda) {
            if constraint < self.m {
                self.y[constraint] = lambda;
            } else {
                self.z[constraint - self.m] = lambda;
            }
            self.last.push((constraint, self.places[constraint]));
        }
    }
}
