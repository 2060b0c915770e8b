//! Layer 3: minimization over the butterflies, exactly feasible.

use linalg::slice::{dot, norm_inf};
use stopping::{Budget, State, Status, Stopping};

use super::augmented::Augmented;
use super::penalty::Conditions;
use super::place::{Hold, Place};
use crate::quadratic::{DualMethod, Problem, Verdict};

/// What layer 3 knows: the projected gradient.
#[derive(Clone, Debug, Default)]
struct Face {
    dual: Option<f64>,
}

impl State for Face {}

const ARMIJO: f64 = 0.1;

/// Minimizes P over the butterflies from the present point to ‖projected gradient‖∞ ≤ `tolerance`.
pub(super) fn solve(
    augmented: &mut Augmented,
    tolerance: f64,
    iterations: usize,
    above: &Stopping<(), Conditions>,
) -> Status {
    let mut stopping = Stopping::new(Face::default(), |_: &(), face: &Face| face.dual)
        .with_tolerances(tolerance, 0.0)
        .with_budget(Budget {
            max_iterations: iterations,
            ..Budget::default()
        })
        .inside(above);
    let mut newton = Newton::new(augmented.gradient.len());
    if !augmented.evaluate().is_finite() {
        return stopping.fail(Status::DomainError);
    }
    augmented.differentiate();
    stopping.state.dual = Some(augmented.dual());
    if let Some(status) = stopping.start(&()) {
        return status;
    }
    loop {
        leave_corners(augmented);
        newton.direction(augmented);
        if newton.reduced <= 0.5 * release_threshold(augmented).max(tolerance) {
            release(augmented);
            newton.direction(augmented);
        }
        if !newton.search(augmented) {
            return stopping.fail(Status::Stalled);
        }
        augmented.differentiate();
        stopping.state.dual = Some(augmented.dual());
        if let Some(status) = stopping.stop(&()) {
            return status;
        }
    }
}

/// Size of the most negative multiplier of a curve.
fn release_threshold(augmented: &Augmented) -> f64 {
    let pairs = 0..augmented.places.pairs.len();
    let negative = pairs.map(|pair| (-augmented.multiplier_of_curve(pair)).max(0.0));
    negative.fold(0.0, f64::max)
}

/// The pair with the most negative multiplier goes inside.
fn release(augmented: &mut Augmented) {
    let mut worst = None;
    let mut least = 0.0;
    for pair in 0..augmented.places.pairs.len() {
        let mu = augmented.multiplier_of_curve(pair);
        if mu < least {
            (worst, least) = (Some(pair), mu);
        }
    }
    if let Some(pair) = worst {
        augmented.places.pairs[pair].hold = Hold::Inside;
    }
}

/// Where the wings meet, a pair goes on along the curve on which P falls fastest. Both directions of both curves are
/// feasible, so that the point is stationary only if ∂P/∂G = ∂P/∂H = 0.
fn leave_corners(augmented: &mut Augmented) {
    let wings = augmented.level.wings;
    for pair in 0..augmented.places.pairs.len() {
        let (g, h) = augmented.places.variables[pair];
        if (augmented.now.x[g], augmented.now.x[h]) != (wings.s, wings.s) {
            continue;
        }
        let slope = wings.psi(wings.s).1;
        let (a, b) = (augmented.gradient[g], augmented.gradient[h]);
        let (along_g, along_h) = (a + slope * b, slope * a + b);
        // On H = ψ(G) the wing of G lies where G grows; on G = ψ(H) it lies where H falls.
        augmented.places.pairs[pair] = if along_g.abs() >= along_h.abs() {
            Place {
                in_wing_of_g: along_g < 0.0,
                hold: Hold::HOfG,
            }
        } else {
            Place {
                in_wing_of_g: along_h > 0.0,
                hold: Hold::GOfH,
            }
        };
    }
}

/// Newton's method in the free space.
struct Newton {
    method: DualMethod,
    /// Direction of the parameters: of all variables but those that a curve determines.
    d: Vec<f64>,
    g: Vec<f64>,
    hessian: Vec<f64>,
    /// ‖reduced gradient‖∞.
    reduced: f64,
    z: Vec<f64>,
}

impl Newton {
    fn new(n: usize) -> Self {
        Newton {
            method: DualMethod::new(n),
            d: vec![0.0; n],
            g: vec![0.0; n],
            hessian: vec![0.0; n * n],
            reduced: 0.0,
            z: vec![0.0; n],
        }
    }

    /// d = −(reduced ∇²P + μI)⁻¹ reduced ∇P with the first μ for which the matrix is positive definite.
    fn direction(&mut self, of: &Augmented) {
        let n = self.g.len();
        self.g.copy_from_slice(&of.gradient);
        self.hessian.copy_from_slice(&of.hessian);
        for (place, &(g, h)) in of.places.pairs.iter().zip(&of.places.variables) {
            let (free, held) = match place.hold {
                Hold::Inside => continue,
                Hold::HOfG => (g, h),
                Hold::GOfH => (h, g),
            };
            // z_held = ψ(z_free): add ψ' times row and column, and the curvature of the curve.
            let (_, slope, curvature) = of.level.wings.psi(of.now.x[free]);
            let force = self.g[held];
            self.g[free] += slope * force;
            self.g[held] = 0.0;
            let at = |i: usize, j: usize| j * n + i;
            for k in 0..n {
                self.hessian[at(k, free)] += slope * self.hessian[at(k, held)];
            }
            for k in 0..n {
                self.hessian[at(free, k)] += slope * self.hessian[at(held, k)];
            }
            self.hessian[at(free, free)] += curvature * force;
            for k in 0..n {
                self.hessian[at(k, held)] = 0.0;
                self.hessian[at(held, k)] = 0.0;
            }
            self.hessian[at(held, held)] = 1.0;
        }
        self.reduced = norm_inf(&self.g);
        let size = norm_inf(&self.hessian).max(1e-8);
        for mu in [0.0, 1e-8, 1e-6, 1e-4, 1e-2, 1.0, 10.0] {
            let mut shifted = self.hessian.clone();
            for j in 0..n {
                shifted[j * n + j] += mu * size;
            }
            let problem = Problem {
                g: &self.g,
                rows: &[],
                b: &[],
                equalities: 0,
            };
            if self.method.factor(&shifted) && self.method.solve(&problem) == Verdict::Solved {
                self.d.copy_from_slice(&self.method.d);
                return;
            }
        }
        self.d.fill(0.0);
    }

    /// A step along d that lessens P, up to the first curve; false when there is none.
    fn search(&mut self, of: &mut Augmented) -> bool {
        let value = of.evaluate();
        let slope = dot(&self.g, &self.d);
        let noise = 10.0 * f64::EPSILON * value.abs();
        let (longest, hit) = self.longest(of);
        let mut alpha = longest.min(1.0);
        for _ in 0..60 {
            self.move_along(of, alpha);
            let trial = of.try_point(&self.z);
            if trial <= value + ARMIJO * alpha * slope + noise {
                of.accept();
                if alpha == longest
                    && let Some((pair, hold)) = hit
                {
                    of.places.pairs[pair].hold = hold;
                    let sides = of.places.variables[pair];
                    of.places.pairs[pair].settle(&of.level.wings, &mut of.now.x, sides);
                    of.evaluate();
                }
                return true;
            }
            alpha *= 0.5;
        }
        false
    }

    /// z = the point of parameter α, held variables on their curves.
    fn move_along(&mut self, of: &Augmented, alpha: f64) {
        self.z.copy_from_slice(&of.now.x);
        linalg::slice::axpy(alpha, &self.d, &mut self.z);
        for (place, &sides) in of.places.pairs.iter().zip(&of.places.variables) {
            place.settle(&of.level.wings, &mut self.z, sides);
        }
    }

    /// The longest step inside the wings, and the curve that ends it.
    fn longest(&self, of: &Augmented) -> (f64, Option<(usize, Hold)>) {
        let (z, d, wings) = (&of.now.x, &self.d, &of.level.wings);
        let (mut longest, mut hit) = (f64::INFINITY, None);
        for (pair, (place, &(g, h))) in of.places.pairs.iter().zip(&of.places.variables).enumerate()
        {
            match place.hold {
                Hold::Inside => {
                    for (alpha, hold) in [
                        (wings.crossing(z[g], d[g], z[h], d[h]), Hold::HOfG),
                        (wings.crossing(z[h], d[h], z[g], d[g]), Hold::GOfH),
                    ] {
                        if alpha < longest {
                            (longest, hit) = (alpha, Some((pair, hold)));
                        }
                    }
                }
                // Along a curve the wing ends where the other begins.
                Hold::HOfG | Hold::GOfH => {
                    let free = if place.hold == Hold::HOfG { g } else { h };
                    let alpha = (wings.s - z[free]) / d[free];
                    if alpha > 0.0 && alpha < longest {
                        (longest, hit) = (alpha, Some((pair, place.hold)));
                    }
                }
            }
        }
        (longest, hit)
    }
}
