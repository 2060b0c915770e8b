//! Over-parameterised regression: 2,000 weights fit 50 points, and of all perfect fits the one with the least loss at
//! 100 other points is chosen. No matrix is formed: Hessians are known by their products.

use linalg::LinearMap;
use linalg::slice::{axpy, dot};
use nlp_model::{Levels, LinearLeastSquares};
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

/// ½ mean square of the error at `count` points between 0 and 1, with a ridge on the weights.
fn loss(name: &str, count: usize, shift: f64, ridge: f64) -> LinearLeastSquares<Features> {
    let points: Vec<f64> = (0..count)
        .map(|i| (i as f64 + shift) / count as f64)
        .collect();
    let feature = |t: f64, j: usize| (3.0 * t * j as f64).cos() / (1.0 + j as f64).sqrt();
    let row = |&t: &f64| (0..WEIGHTS).map(|j| feature(t, j)).collect();
    let features = Features(points.iter().map(row).collect());
    let targets = points.iter().map(|t| (5.0 * t).sin()).collect();
    LinearLeastSquares::new(name, features, targets, 1.0 / count as f64, ridge)
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

    // the validation loss of the perfect fit with the least weights
    let training = Box::new(loss("training", 50, 0.0, 0.0));
    let only = Levels::new(vec![training])?;
    let least = solve(&only, &[0.0; WEIGHTS], &Options::default())?;
    let unchosen = nlp_model::Model::obj(&loss("validation", 100, 0.25, 1e-3), &least.x);
    println!("validation {unchosen:.6} without the second level");
    assert!(solution.status.is_success() && least.status.is_success());
    assert!(fit < 1e-16 && chosen < 0.9 * unchosen);
    Ok(())
}
