//! Proofs of lower-level optimality on BOLIB, and attempts to refute them.

use stackelberg::bolib::{self, Evidence, Problem};
use stackelberg::mpec::bilevel::{
    Certificate, CertificateOptions, Route, Verdict, certify, prove_value_above,
};
use stackelberg::nlp_model::Bilevel;

fn options() -> CertificateOptions {
    CertificateOptions {
        // no verdict below depends on the speed of the machine
        seconds: 1e3,
        boxes: 20_000,
        ..CertificateOptions::default()
    }
}

/// Every problem at its reference point, or at its first start where there is none.
fn at_stored_points() -> impl Iterator<Item = (&'static Problem, Box<dyn Bilevel>, Certificate)> {
    bolib::problems().iter().map(|problem| {
        let point = problem.reference.point.unwrap_or(problem.starts[0]);
        let model = problem.build();
        let certificate = certify(&*model, point.x, point.y, &options()).unwrap();
        (problem, model as Box<dyn Bilevel>, certificate)
    })
}

#[test]
fn all_stored_points_are_proved_but_one_that_is_rounded_and_two_without_a_minimum() {
    let mut seconds = 0.0;
    let (mut proved, mut dual) = (0, 0);
    for (problem, _, found) in at_stored_points() {
        seconds += found.seconds;
        match &found.verdict {
            Verdict::Proved(proof) => {
                proved += 1;
                dual += usize::from(proof.route == Route::Dual);
                let allowed = 1e-6 * (1.0 + found.value_at_y.abs());
                assert!(
                    proof.gap <= allowed * (1.0 + 1e-9),
                    "{}: {found}",
                    problem.name
                );
                assert!(found.violation <= 1e-6);
            }
            Verdict::Refuted { is_proved, .. } => {
                assert!(is_proved, "{}: {found}", problem.name);
                let is_known = problem.name == "Colson2002BIPA5"
                    || problem.reference.evidence == Evidence::IllPosed;
                assert!(is_known, "{}: {found}", problem.name);
            }
            Verdict::Infeasible => {
                assert_eq!(problem.reference.evidence, Evidence::IllPosed);
            }
            _ => panic!("{}: {found}", problem.name),
        }
    }
    assert_eq!(proved, 121);
    assert!(dual >= 79, "{dual} proved by the duality gap");
    assert!(seconds < 20.0, "{seconds} s");
}

#[test]
fn every_lower_level_listed_as_convex_is_proved_convex_and_none_is_that_bends_the_other_way() {
    let mut listed = 0;
    for (problem, model, found) in at_stored_points() {
        if problem.lower_convex {
            listed += 1;
            assert!(found.is_convex, "{}: {found}", problem.name);
        }
        if found.is_convex {
            let point = problem.reference.point.unwrap_or(problem.starts[0]);
            bends_upward(&*model, point.x, point.y, problem.name);
        }
    }
    assert_eq!(listed, 79);
}

/// f and the rows at midpoints of feasible points around y lie below the mean of their values.
fn bends_upward(model: &dyn Bilevel, x: &[f64], y: &[f64], name: &str) {
    let points: Vec<Vec<f64>> = around(y, 40)
        .map(|s| [x, &s].concat())
        .filter(|z| is_feasible(model, z, 0.0))
        .collect();
    for pair in points.windows(2) {
        let middle: Vec<f64> = pair[0]
            .iter()
            .zip(&pair[1])
            .map(|(a, b)| 0.5 * (a + b))
            .collect();
        let ends: Vec<Vec<f64>> = pair.iter().map(|z| functions(model, z)).collect();
        for (k, value) in functions(model, &middle).iter().enumerate() {
            let mean = 0.5 * (ends[0][k] + ends[1][k]);
            assert!(
                *value <= mean + 1e-9 * (1.0 + mean.abs()),
                "{name}: function {k}"
            );
        }
    }
}

/// f and g at z.
fn functions(model: &dyn Bilevel, z: &[f64]) -> Vec<f64> {
    let lower = model.lower();
    let mut values = vec![0.0; lower.meta().ncon() + 1];
    values[0] = lower.obj(z);
    lower.cons(z, &mut values[1..]);
    values
}

fn is_feasible(model: &dyn Bilevel, z: &[f64], slack: f64) -> bool {
    functions(model, z)[1..].iter().all(|g| *g <= -slack)
}

/// Points of a sequence that fills a box around y evenly, first near y, then further away.
fn around(y: &[f64], count: usize) -> impl Iterator<Item = Vec<f64>> {
    let steps = [
        0.754_877_666,
        0.569_840_290,
        0.430_159_709,
        0.324_717_957,
        0.245_122_333,
    ];
    (0..5 * count).map(move |k| {
        let radius = [0.01, 0.1, 1.0, 10.0, 100.0][k / count];
        let offset =
            |i: usize| 2.0 * (0.5 + k as f64 * (steps[i % 5] + i as f64 / 97.0)).fract() - 1.0;
        (0..y.len()).map(|i| y[i] + radius * offset(i)).collect()
    })
}

#[test]
fn with_the_cutoff_above_the_value_nothing_is_proved_at_a_strictly_feasible_point() {
    let mut asked = 0;
    for problem in bolib::problems() {
        let model = problem.build();
        let reference = problem.reference.point.into_iter();
        for point in reference.chain(problem.starts.iter().copied()) {
            let mut feasible = std::iter::once(point.y.to_vec())
                .chain(around(point.y, 12))
                .filter(|y| is_feasible(&*model, &[point.x, y].concat(), 1e-9));
            // the point itself, or the nearest in the interior, and one further away
            let near = [feasible.next(), feasible.last()];
            for y in near.into_iter().flatten() {
                let value = model.lower().obj(&[point.x, &y].concat());
                if !value.is_finite() {
                    continue;
                }
                for raise in [1e-7, 1e-5, 1e-3, 0.5] {
                    let cutoff = value + raise * (1.0 + value.abs());
                    let few = CertificateOptions {
                        boxes: 2000,
                        ..options()
                    };
                    let is_proved = prove_value_above(&*model, point.x, &y, cutoff, &few).unwrap();
                    assert!(
                        !is_proved,
                        "{} at {:?}, {y:?}: above {cutoff}",
                        problem.name, point.x
                    );
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 1500, "{asked}");
}

#[test]
fn no_proof_is_refuted_by_a_grid() {
    let (mut proofs, mut empty, mut points) = (0, 0, 0);
    for problem in bolib::problems().iter().filter(|problem| problem.ny <= 2) {
        let model = problem.build();
        let reference = problem.reference.point.into_iter();
        for point in reference.chain(problem.starts.iter().copied()) {
            for shift in [0.0, 0.03, -0.11] {
                let x: Vec<f64> = point.x.iter().map(|x| x + shift).collect();
                let found = certify(&*model, &x, point.y, &options()).unwrap();
                // the better point of a refutation is asked about next
                let again = found
                    .better_point()
                    .map(|y| certify(&*model, &x, y, &options()).unwrap());
                for found in std::iter::once(found).chain(again) {
                    let cutoff = match &found.verdict {
                        Verdict::Proved(proof) => proof.lower_bound,
                        Verdict::Empty => f64::INFINITY,
                        _ => continue,
                    };
                    proofs += usize::from(found.is_proved());
                    empty += usize::from(found.verdict == Verdict::Empty);
                    for s in grid(point.y) {
                        let z = [&x[..], &s].concat();
                        let values = functions(&*model, &z);
                        // strictly feasible beyond the rounding of the rows
                        let slack = 1e-12
                            * (1.0 + values[1..].iter().fold(0.0, |m: f64, g| m.max(g.abs())));
                        let is_inside = values[1..].iter().all(|g| *g <= -slack);
                        let is_better = values[0] <= cutoff - 1e-12 * (1.0 + values[0].abs());
                        assert!(
                            !(is_inside && is_better),
                            "{} at {x:?}: f = {} at {s:?}, but {found}",
                            problem.name,
                            values[0]
                        );
                        points += 1;
                    }
                }
            }
        }
    }
    assert!(
        proofs > 400 && points > 1_000_000,
        "{proofs} proofs, {empty} empty, {points} points"
    );
}

/// A grid over [−12, 12]ⁿ and finer ones around y.
fn grid(y: &[f64]) -> Vec<Vec<f64>> {
    let fine = y.len() == 1;
    let side = |center: f64, radius: f64| {
        let steps = if fine { 2000 } else { 50 };
        (0..=steps).map(move |k| center + radius * (2.0 * f64::from(k) / f64::from(steps) - 1.0))
    };
    let boxes = [(0.0, 12.0), (1.0, 1.0), (1.0, 0.02)];
    let mut points = Vec::new();
    for (weight, radius) in boxes {
        if fine {
            points.extend(side(weight * y[0], radius).map(|a| vec![a]));
        } else {
            for a in side(weight * y[0], radius) {
                points.extend(side(weight * y[1], radius).map(|b| vec![a, b]));
            }
        }
    }
    points
}
