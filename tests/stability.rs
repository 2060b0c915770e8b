//! Bounds of the modulus beside the implicit function theorem and beside samples, on random lower levels;
//! bounds of the penalty parameter beside grids.

#[path = "stability/random.rs"]
mod random;

use nlp_model::{AutoBilevel, AutoQvi, Bilevel, Linearised, Qvi, QviFunctions};
use random::Random;
use stackelberg::bolib;
use stackelberg::mpec::sensitivity::solution_sensitivity;
use stackelberg::ssn::SsnError;
use stackelberg::ssn::stability::{
    Sample, SampleOptions, Stability, StabilityOptions, nearest_equilibrium, of_bilevel, of_qvi,
    sample_bilevel, sample_qvi,
};

/// No quotient is larger than the bound, no ratio of gap and distance smaller than the constant.
fn assert_unrefuted(stability: &Stability, sample: &Sample, seed: u64) {
    let last = sample.quotients.last().unwrap();
    if let Some(modulus) = stability.bound() {
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
    }
    if stability.sharpness.holds() && last.points > 0 {
        let alpha = stability.sharpness.number.unwrap();
        assert!(
            last.sharpness >= 0.95 * alpha,
            "{seed}: {stability}\n{sample}"
        );
    }
}

/// ‖dy/dx‖₂ by central differences of solutions; none where the one-sided ones differ.
fn differences(qvi: &dyn Qvi, x: &[f64], y: &[f64]) -> Option<f64> {
    let (n, m) = (x.len(), y.len());
    let mut jacobian = vec![0.0; n * m];
    for j in 0..n {
        let moved = |t: f64| {
            let mut x = x.to_vec();
            x[j] += t;
            nearest_equilibrium(qvi, &x, y).unwrap()
        };
        let (ahead, behind) = (moved(1e-5)?, moved(-1e-5)?);
        for i in 0..m {
            let slopes = ((ahead[i] - y[i]) / 1e-5, (y[i] - behind[i]) / 1e-5);
            if (slopes.0 - slopes.1).abs() > 1e-2 {
                return None;
            }
            jacobian[i + m * j] = (ahead[i] - behind[i]) / 2e-5;
        }
    }
    let mut sigma = vec![0.0; n.min(m)];
    linalg::dense::singular_values(m, n, &jacobian, &mut sigma).unwrap();
    Some(sigma[0])
}

/// QVIs with a set that moves with the solution. Where the solution is differentiable, the bound is its
/// derivative.
#[test]
fn bounds_of_random_moving_sets() {
    let (mut bounded, mut differentiable) = (0, 0);
    for seed in 100..160 {
        let functions = Random::new(seed, 1.0);
        let x = vec![0.1; functions.nx];
        let ny = functions.ny;
        let qvi = AutoQvi::new("random", functions);
        let Some(y) = nearest_equilibrium(&qvi, &x, &vec![0.0; ny]).unwrap() else {
            continue;
        };
        let stability = of_qvi(&qvi, &x, &y, &StabilityOptions::default()).unwrap();
        let sample = sample_qvi(&qvi, &x, &y, &SampleOptions::default()).unwrap();
        assert_unrefuted(&stability, &sample, seed);
        let Some(modulus) = stability.bound() else {
            continue;
        };
        bounded += 1;
        if let Some(derivative) = differences(&qvi, &x, &y) {
            differentiable += 1;
            let upper = modulus.euclidean.upper;
            assert!(
                (upper - derivative).abs() <= 1e-3 * (1.0 + upper),
                "{seed}: {derivative} {stability}"
            );
        }
    }
    assert!(
        bounded >= 50 && differentiable >= 50,
        "{bounded} {differentiable}"
    );
}

/// A row is moved until it is active at the solution without a multiplier: kinks, and degenerate vertices of linear
/// programs. What bounds are given there, samples do not refute.
#[test]
fn bounds_at_random_kinks() {
    let mut kinks = 0;
    for seed in 200..240 {
        let mut functions = Random::new(seed, if seed % 3 == 2 { 0.0 } else { 1.0 });
        let x = vec![0.1; functions.nx];
        let ny = functions.ny;
        let at_first = AutoQvi::new("first", functions.clone());
        let Some(y) = nearest_equilibrium(&at_first, &x, &vec![0.0; ny]).unwrap() else {
            continue;
        };
        let mut rows = vec![0.0; functions.sides.len() + 2 * ny];
        functions.moving_set(&x, &y, &y, &mut rows);
        let inactive = (0..functions.sides.len()).find(|&i| rows[i] < -1e-3);
        let Some(row) = inactive else {
            continue;
        };
        functions.sides[row] += rows[row];
        let qvi = AutoQvi::new("kink", functions);
        let stability = of_qvi(&qvi, &x, &y, &StabilityOptions::default()).unwrap();
        let options = SampleOptions {
            pairs: 6,
            ..SampleOptions::default()
        };
        let sample = sample_qvi(&qvi, &x, &y, &options).unwrap();
        assert_unrefuted(&stability, &sample, seed);
        kinks += 1;
    }
    assert!(kinks >= 35, "{kinks}");
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
        assert_unrefuted(&stability, &sample, seed);
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

/// At all references, convex or not, and at the starts: an answer or a typed error, and the same conditions behind
/// every bound.
#[test]
fn every_problem_of_the_catalogue_is_examined() {
    let (mut bounded, mut refused) = (0, 0);
    for problem in bolib::problems() {
        let model = problem.build();
        let points = problem.reference.point.iter().chain(problem.starts);
        for point in points {
            let options = StabilityOptions {
                convex: problem.lower_convex,
                ..StabilityOptions::default()
            };
            match of_bilevel(&*model, point.x, point.y, &options) {
                Ok(stability) => {
                    let Some(modulus) = stability.bound() else {
                        continue;
                    };
                    bounded += 1;
                    assert!(stability.convexity.holds() && stability.calmness.holds());
                    for bounds in [modulus.sum, modulus.euclidean, modulus.max] {
                        assert!(bounds.lower <= bounds.upper && bounds.upper.is_finite());
                    }
                }
                Err(SsnError::NotASolution(residual)) => {
                    assert!(residual > 1e-6, "{}", problem.name);
                    refused += 1;
                }
                Err(SsnError::Factor(_)) => refused += 1,
                Err(other) => panic!("{}: {other}", problem.name),
            }
        }
    }
    assert!(bounded >= 30 && refused >= 100, "{bounded} {refused}");
}
