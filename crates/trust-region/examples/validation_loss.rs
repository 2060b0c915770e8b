//! Over-parameterised regression: 2,000 weights fit 50 points, and of all perfect fits the one with the least loss at
//! 100 other points is chosen. No matrix is formed: Hessians are known by their products.

use linalg::LinearMap;
use linalg::krylov::{KrylovOptions, Lsmr};
use linalg::slice::{axpy, dot, norm2};
use nlp_model::{Levels, LinearLeastSquares, Multilevel};
use trust_region::multilevel::{Options, solve};

const WEIGHTS: usize = 2000;

/// Rows of features: damped cosines of 2,000 frequencies at one point each.
struct Features(Vec<Vec<f64>>);

impl LinearMap for Features {
    fn shape(&self) -> (usize, usize) {
        (self.0.len(), WEIGHTS)
    }
    fn apply(&self, x: &[f64], y: &mut [f64]) {
        for (y, row) in y.iter_mut().zip(&self.0) {
            *y = dot(row, x);
        }
    }
    fn apply_transpose(&self, x: &[f64], y: &mut [f64]) {
        y.fill(0.0);
        for (x, row) in x.iter().zip(&self.0) {
            axpy(*x, row, y);
        }
    }
}

/// Aᵀ.
struct Transposed<'a>(&'a Features);

impl LinearMap for Transposed<'_> {
    fn shape(&self) -> (usize, usize) {
        (WEIGHTS, self.0.0.len())
    }
    fn apply(&self, x: &[f64], y: &mut [f64]) {
        self.0.apply_transpose(x, y);
    }
    fn apply_transpose(&self, x: &[f64], y: &mut [f64]) {
        self.0.apply(x, y);
    }
}

/// The values at `count` points between 0 and 1 of all features.
fn features(count: usize, shift: f64) -> Features {
    let points = points(count, shift);
    let feature = |t: f64, j: usize| (3.0 * t * j as f64).cos() / (1.0 + j as f64).sqrt();
    let row = |t: f64| (0..WEIGHTS).map(|j| feature(t, j)).collect();
    Features(points.map(row).collect())
}

fn points(count: usize, shift: f64) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| (i as f64 + shift) / count as f64)
}

/// ½ mean square of the error at `count` points between 0 and 1, with a ridge on the weights.
fn loss(name: &str, count: usize, shift: f64, ridge: f64) -> LinearLeastSquares<Features> {
    let features = features(count, shift);
    let targets = points(count, shift).map(|t| (5.0 * t).sin()).collect();
    LinearLeastSquares::new(name, features, targets, 1.0 / count as f64, ridge)
}

/// The conditions at x, by products: ‖∇f₁‖, and what of ∇f₂ no λ of min ‖∇f₂ − Aᵀλ‖ removes, relative to ∇f₂.
/// Both losses are convex, so that these two numbers are the whole certificate, and a global one.
fn certificate(problem: &dyn Multilevel, x: &[f64]) -> (f64, f64) {
    let gradient = |k| {
        let mut g = vec![0.0; WEIGHTS];
        problem.level(k).grad(x, &mut g);
        g
    };
    let training = features(50, 0.0);
    let mut multipliers = vec![0.0; 50];
    let options = KrylovOptions {
        rtol: 1e-14,
        max_iterations: 500,
        ..KrylovOptions::default()
    };
    let later = gradient(1);
    let map = Transposed(&training);
    Lsmr::new(WEIGHTS, 50).solve(&map, &later, 0.0, &mut multipliers, &options);
    let mut left = vec![0.0; WEIGHTS];
    map.apply(&multipliers, &mut left);
    axpy(-1.0, &later, &mut left);
    (norm2(&gradient(0)), norm2(&left) / norm2(&later))
}

/// Solves the example and checks what it states.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let training = Box::new(loss("training", 50, 0.0, 0.0));
    let validation = Box::new(loss("validation", 100, 0.25, 1e-3));
    let problem = Levels::new(vec![training, validation])?;
    let solution = solve(&problem, &[0.0; WEIGHTS], &Options::default())?;
    let (fit, chosen) = (solution.objectives[0], solution.objectives[1]);
    println!(
        "{}: training {fit:.1e}, validation {chosen:.6}",
        solution.status
    );
    let (stationary, reduced) = certificate(&problem, &solution.x);
    println!("certificate: ‖∇f₁‖ = {stationary:.1e}, ‖Zᵀ∇f₂‖ / ‖∇f₂‖ = {reduced:.1e}");

    // the validation loss of the perfect fit with the least weights
    let training = Box::new(loss("training", 50, 0.0, 0.0));
    let only = Levels::new(vec![training])?;
    let least = solve(&only, &[0.0; WEIGHTS], &Options::default())?;
    let unchosen = nlp_model::Model::obj(&loss("validation", 100, 0.25, 1e-3), &least.x);
    println!("validation {unchosen:.6} without the second level");
    assert!(solution.status.is_success() && least.status.is_success());
    assert!(stationary < 1e-8 && reduced < 1e-6);
    assert!(fit < 1e-16 && chosen < 0.9 * unchosen);
    Ok(())
}
