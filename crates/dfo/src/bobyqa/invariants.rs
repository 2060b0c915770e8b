//! What holds after each evaluation: H = W⁻¹, and the model interpolates.

use super::iterate::{Iteration, Pending};
use super::options::{Options, Variant};
use super::points::Points;

impl Iteration {
    /// The largest entry of W H − I but for the column m + 1, whose part of H is not kept, relative to the
    /// terms of its sum.
    fn error_of_inverse(&self) -> f64 {
        let (points, inverse) = (&self.points, &self.inverse);
        let (n, m) = (points.n(), points.active);
        let y = |k: usize| (0..n).map(move |i| points.y.at(k, i));
        let omega = |k: usize, l: usize| -> f64 { inverse.z.columns().map(|z| z[k] * z[l]).sum() };
        let mut worst = 0.0;
        let mut note = |terms: &[f64], expected: f64| {
            let size = terms.iter().fold(expected.abs(), |s, t| s + t.abs());
            let error = (terms.iter().sum::<f64>() - expected).abs() / size.max(1e-300);
            worst = f64::max(worst, error);
        };
        for l in 0..m {
            // eᵀΩ = 0 and YᵀΩ = 0
            note(&(0..m).map(|k| omega(k, l)).collect::<Vec<_>>(), 0.0);
            for i in 0..n {
                let terms: Vec<f64> = (0..m).map(|k| points.y.at(k, i) * omega(k, l)).collect();
                note(&terms, 0.0);
            }
            // differences of the rows of A Ω + e hᵀ + Y Ξᵀ = I
            for k in 1..m {
                let mut terms = Vec::new();
                for j in 0..m {
                    let product = |k: usize| -> f64 { y(k).zip(y(j)).map(|(a, b)| a * b).sum() };
                    terms.push(0.5 * product(k).powi(2) * omega(j, l));
                    terms.push(-0.5 * product(0).powi(2) * omega(j, l));
                }
                for i in 0..n {
                    let xi = inverse.xi.at(l, i);
                    terms.push((points.y.at(k, i) - points.y.at(0, i)) * xi);
                }
                let identity = |k| if k == l { 1.0 } else { 0.0 };
                note(&terms, identity(k) - identity(0));
            }
        }
        // YᵀΞ = I and eᵀΞ = 0
        for i in 0..n {
            note(inverse.xi.column(i), 0.0);
            for j in 0..n {
                let terms = points.y.column(i).iter().zip(inverse.xi.column(j));
                let terms: Vec<f64> = terms.take(m).map(|(y, xi)| y * xi).collect();
                note(&terms, if i == j { 1.0 } else { 0.0 });
            }
        }
        worst
    }

    /// The largest error of the model at the points, relative to the spread of their values.
    fn error_of_model(&self) -> f64 {
        let points = &self.points;
        let (n, m) = (points.n(), points.active);
        let (mut worst, mut spread): (f64, f64) = (0.0, 0.0);
        for k in 0..m {
            let mut d = vec![0.0; n];
            points.y.read_row(k, &mut d);
            for (d, x) in d.iter_mut().zip(&points.xopt) {
                *d -= x;
            }
            let mut yd = vec![0.0; points.m()];
            points.y.product(&d, &mut yd);
            let value = points.f[k] - points.fopt();
            worst = worst.max((self.model.change(&d, &yd) - value).abs());
            spread = spread.max(value);
        }
        worst / spread
    }
}

fn f(x: &[f64]) -> f64 {
    let pairs = x.windows(2).map(|x| 10.0 * (x[1] - x[0] * x[0]).powi(2));
    pairs.sum::<f64>() + x.iter().map(|x| (1.0 - x).powi(2)).sum::<f64>()
}

/// Steps through a run; `check` sees it after the design and after each later evaluation.
fn run(n: usize, m: usize, variant: Variant, count: usize, mut check: impl FnMut(&mut Iteration)) {
    let options = Options {
        variant,
        radius: 0.2,
        final_radius: 1e-4,
        ..Options::default()
    };
    let (lower, upper) = (vec![-1.5; n], vec![2.0; n]);
    let points = Points::new(&vec![-1.5; n], &lower, &upper, options.radius, m);
    let mut iteration = Iteration::new(points, &options);
    let (mut y, mut x) = (vec![0.0; n], vec![0.0; n]);
    for _ in 0..count {
        iteration.read_pending(&mut y);
        iteration.points.place(&y, &mut x);
        iteration.tell(f(&x));
        if matches!(iteration.pending, Pending::Nothing(_)) {
            break;
        }
        if matches!(iteration.pending, Pending::Step | Pending::Geometry) {
            check(&mut iteration);
        }
    }
}

#[test]
fn the_inverse_and_the_model_are_those_of_the_points_after_every_evaluation() {
    for variant in [Variant::Powell, Variant::Modern] {
        for (n, m) in [
            (1, 3),
            (2, 4),
            (2, 5),
            (2, 6),
            (3, 7),
            (3, 10),
            (4, 6),
            (4, 12),
        ] {
            let mut checks = 0;
            run(n, m, variant, 60, |iteration| {
                let (inverse, model) = (iteration.error_of_inverse(), iteration.error_of_model());
                assert!(
                    inverse < 1e-8,
                    "{variant:?} n = {n}, m = {m}: H wrong by {inverse:e}"
                );
                assert!(
                    model < 1e-8,
                    "{variant:?} n = {n}, m = {m}: Q wrong by {model:e}"
                );
                checks += 1;
            });
            assert!(checks > 5);
        }
    }
}

#[test]
fn a_rescue_gives_the_inverse_of_the_points_that_stay_and_of_new_ones() {
    for variant in [Variant::Powell, Variant::Modern] {
        for (n, m) in [(2, 4), (2, 5), (2, 6), (3, 7), (3, 10), (4, 12)] {
            let mut checks = 0;
            run(n, m, variant, 40, |iteration| {
                if iteration.nf % 7 > 0 {
                    return;
                }
                // a copy in which H is spoiled beyond use
                let mut spoiled = iteration.clone();
                spoiled.inverse.z.fill(1.0);
                spoiled.inverse.xi.fill(-1.0);
                spoiled.rescue.begin(
                    &mut spoiled.points,
                    &mut spoiled.model,
                    &mut spoiled.inverse,
                    &mut spoiled.trial,
                    spoiled.delta,
                );
                let (mut y, mut x) = (vec![0.0; n], vec![0.0; n]);
                while let Some(k) = spoiled.rescue.next(&mut spoiled.points, &mut spoiled.model) {
                    spoiled.points.y.read_row(k, &mut y);
                    spoiled.points.place(&y, &mut x);
                    let Iteration {
                        points,
                        model,
                        inverse,
                        rescue,
                        ..
                    } = &mut spoiled;
                    rescue.absorb(points, model, inverse, f(&x));
                }
                spoiled
                    .rescue
                    .finish(&mut spoiled.points, &mut spoiled.model);
                let (inverse, model) = (spoiled.error_of_inverse(), spoiled.error_of_model());
                assert!(
                    inverse < 1e-8,
                    "{variant:?} n = {n}, m = {m}: H wrong by {inverse:e}"
                );
                assert!(
                    model < 1e-7,
                    "{variant:?} n = {n}, m = {m}: Q wrong by {model:e}"
                );
                checks += 1;
            });
            assert!(checks > 0);
        }
    }
}
