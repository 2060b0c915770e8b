//! Bounds of the modulus beside the implicit function theorem and beside samples, on random lower levels;
//! bounds of the penalty parameter beside grids.

use linalg::random::SplitMix;
use nlp_model::{AutoBilevel, Bilevel, BilevelFunctions, BilevelShape, Linearised, Scalar};
use stackelberg::bolib;
use stackelberg::mpec::sensitivity::solution_sensitivity;
use stackelberg::ssn::stability::{
    SampleOptions, StabilityOptions, nearest_equilibrium, of_bilevel, sample_bilevel,
};

/// min ½ yᵀQy + (p + Bx)ᵀy  s.t.  Ay ≤ b + Dx, with Q = LLᵀ + δI.
#[derive(Clone)]
struct Random {
    nx: usize,
    ny: usize,
    q: Vec<f64>,
    p: Vec<f64>,
    b: Vec<f64>,
    rows: Vec<f64>,
    sides: Vec<f64>,
    moves: Vec<f64>,
}

impl Random {
    fn new(seed: u64, curvature: f64) -> Self {
        let mut random = SplitMix::new(seed);
        let (nx, ny, count) = (1 + (seed % 2) as usize, 1 + (seed / 2 % 3) as usize, 4);
        let mut numbers = |k: usize| -> Vec<f64> { (0..k).map(|_| random.symmetric()).collect() };
        let l = numbers(ny * ny);
        let mut q = vec![0.0; ny * ny];
        for i in 0..ny {
            for j in 0..ny {
                let product: f64 = (0..ny).map(|k| l[i * ny + k] * l[j * ny + k]).sum();
                q[i * ny + j] = curvature * (product + if i == j { 0.2 } else { 0.0 });
            }
        }
        Random {
            q,
            p: numbers(ny),
            b: numbers(ny * nx),
            rows: numbers(count * ny),
            sides: numbers(count).iter().map(|v| 0.3 + 0.2 * v).collect(),
            moves: numbers(count * nx),
            nx,
            ny,
        }
    }
}

impl BilevelFunctions for Random {
    fn shape(&self) -> BilevelShape {
        BilevelShape {
            nx: self.nx,
            ny: self.ny,
            lower_inequalities: self.sides.len() + 2 * self.ny,
            ..BilevelShape::default()
        }
    }
    fn upper_obj<T: Scalar>(&self, x: &[T], _: &[T]) -> T {
        x[0]
    }
    fn upper_cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn lower_obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        let mut value = T::from(0.0);
        for i in 0..self.ny {
            value += y[i] * self.p[i];
            for j in 0..self.ny {
                value += y[i] * y[j] * (0.5 * self.q[i * self.ny + j]);
            }
            for j in 0..self.nx {
                value += y[i] * x[j] * self.b[i * self.nx + j];
            }
        }
        value
    }
    fn lower_cons<T: Scalar>(&self, x: &[T], y: &[T], c: &mut [T]) {
        let (rows, bounds) = c.split_at_mut(self.sides.len());
        for (i, row) in rows.iter_mut().enumerate() {
            *row = T::from(-self.sides[i]);
            for j in 0..self.ny {
                *row += y[j] * self.rows[i * self.ny + j];
            }
            for j in 0..self.nx {
                *row -= x[j] * self.moves[i * self.nx + j];
            }
        }
        for j in 0..self.ny {
            bounds[2 * j] = y[j] - 2.0;
            bounds[2 * j + 1] = -y[j] - 2.0;
        }
    }
}

/// Of 60 lower levels, strongly convex and linear ones: where the solution is differentiable the bound is ‖dy/dx‖₂,
/// and no sample exceeds it anywhere.
#[test]
fn bounds_of_random_lower_levels() {
    let (mut bounded, mut differentiable) = (0, 0);
    for seed in 0..60 {
        let curvature = if seed % 5 == 4 { 0.0 } else { 1.0 };
        let functions = Random::new(seed, curvature);
        let (nx, ny) = (functions.nx, functions.ny);
        let problem = AutoBilevel::new("random", functions);
        let qvi = Linearised::new(&problem).unwrap();
        let x = vec![0.1; nx];
        let y = nearest_equilibrium(&qvi, &x, &vec![0.0; ny]).unwrap();
        let Some(y) = y else {
            continue;
        };
        let stability = of_bilevel(&problem, &x, &y, &StabilityOptions::default()).unwrap();
        let Some(modulus) = stability.bound() else {
            continue;
        };
        bounded += 1;
        let sample = sample_bilevel(&problem, &x, &y, &SampleOptions::default()).unwrap();
        let last = sample.quotients.last().unwrap();
        for (quotient, bound) in [
            (last.sum, modulus.sum),
            (last.euclidean, modulus.euclidean),
            (last.max, modulus.max),
        ] {
            assert!(
                quotient <= 1.01 * bound.upper + 1e-3,
                "{seed}: {stability}\n{sample}"
            );
        }
        if stability.sharpness.holds() && last.points > 0 {
            let alpha = stability.sharpness.number.unwrap();
            assert!(
                last.sharpness >= 0.95 * alpha,
                "{seed}: {stability}\n{sample}"
            );
        }
        let Ok(sensitivity) = solution_sensitivity(&problem, &x, &y, &Default::default()) else {
            continue;
        };
        let Ok(jacobian) = sensitivity.jacobian() else {
            continue;
        };
        differentiable += 1;
        let mut sigma = vec![0.0; nx.min(ny)];
        linalg::dense::singular_values(ny, nx, jacobian, &mut sigma).unwrap();
        let near = |v: f64| (v - sigma[0]).abs() <= 1e-5 * (1.0 + sigma[0]);
        assert!(
            near(modulus.euclidean.lower) && near(modulus.euclidean.upper),
            "{seed}: {} {stability}",
            sigma[0]
        );
    }
    assert!(
        bounded >= 55 && differentiable >= 55,
        "{bounded} {differentiable}"
    );
}

/// f − φ of the linearised lower level at (x, y), one variable each, with |s − ȳ| ≤ R; +∞ outside of g ≤ 0.
fn gap(model: &dyn Bilevel, x: f64, y: f64, centre: f64, radius: f64) -> f64 {
    let q = model.lower().meta().ncon();
    let rows = |s: f64| {
        let mut c = vec![0.0; q];
        model.lower().cons(&[x, s], &mut c);
        c
    };
    if rows(y).iter().any(|&g| g > 1e-12) {
        return f64::INFINITY;
    }
    // the rows are affine in s
    let (at_zero, at_one) = (rows(0.0), rows(1.0));
    let (mut low, mut high) = (centre - radius, centre + radius);
    for (g0, g1) in at_zero.iter().zip(&at_one) {
        let slope = g1 - g0;
        if slope > 0.0 {
            high = high.min(-g0 / slope);
        } else if slope < 0.0 {
            low = low.max(-g0 / slope);
        }
    }
    let mut gradient = [0.0; 2];
    model.lower().grad(&[x, y], &mut gradient);
    let f0 = gradient[1];
    f0 * y - (f0 * low).min(f0 * high)
}

/// Is a point of a grid within `radius` of (x, y) better for F + λ(f − φ) by more than a little of that radius?
fn is_improved(model: &dyn Bilevel, x: f64, y: f64, lambda: f64, radius: f64) -> bool {
    let value = |a: f64, b: f64| {
        let mut c = vec![0.0; model.upper().meta().ncon()];
        model.upper().cons(&[a, b], &mut c);
        let outside = c.iter().any(|&g| g > 1e-12);
        let penalty = lambda * gap(model, a, b, y, y.abs().max(1.0));
        if outside {
            f64::INFINITY
        } else {
            model.upper().obj(&[a, b]) + penalty
        }
    };
    let here = model.upper().obj(&[x, y]);
    let step = radius / 40.0;
    (-40..=40).any(|i| {
        let a = x + step * f64::from(i);
        (-40..=40).any(|j| value(a, y + step * f64::from(j)) < here - 1e-3 * radius)
    })
}

/// At the references with one variable at each level: below `lower` a grid finds a better point of the penalized
/// problem, above `upper` it does not.
#[test]
fn grids_agree_with_the_bounds_of_the_penalty() {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for problem in bolib::problems() {
        let (Some(point), 1, 1) = (problem.reference.point, problem.nx, problem.ny) else {
            continue;
        };
        let model = problem.build();
        let options = StabilityOptions::default();
        let Ok(stability) = of_bilevel(&*model, point.x, point.y, &options) else {
            continue;
        };
        // a rounded reference is no solution to the digits of the grid
        if !stability.convexity.holds() || stability.residual > 1e-9 {
            continue;
        }
        let Some(penalty) = stability.penalty else {
            continue;
        };
        let (x, y) = (point.x[0], point.y[0]);
        if penalty.lower > 1e-3 && penalty.lower.is_finite() {
            assert!(
                is_improved(&*model, x, y, 0.9 * penalty.lower, 1e-3),
                "{}",
                problem.name
            );
            below.push(problem.name);
        }
        if let (true, Some(upper)) = (penalty.lower.is_finite(), penalty.upper) {
            assert!(
                !is_improved(&*model, x, y, 1.02 * upper + 1e-3, 1e-3),
                "{}",
                problem.name
            );
            above.push(problem.name);
        }
    }
    assert!(
        below.len() >= 10 && above.len() >= 10,
        "{below:?} {above:?}"
    );
}
