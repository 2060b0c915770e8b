//! Minimum-norm least squares as two levels: first the residual, then the length of the solution.

use nlp_model::{AutoMultilevel, MultilevelFunctions, Scalar};
use trust_region::multilevel::{Class, Options, Verdict, certify, solve};

/// Two inconsistent equations along the same direction, and one more, in four unknowns.
const A: [[f64; 4]; 3] = [
    [1.0, 1.0, 0.0, 0.0],
    [2.0, 2.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, -1.0],
];
const B: [f64; 3] = [1.0, 3.0, 1.0];

#[derive(Clone)]
struct LeastSquares;

impl MultilevelFunctions for LeastSquares {
    fn levels(&self) -> usize {
        2
    }
    fn nvar(&self) -> usize {
        4
    }
    fn obj<T: Scalar>(&self, k: usize, x: &[T]) -> T {
        let mut sum = T::from(0.0);
        if k == 1 {
            for &x in x {
                sum += x * x;
            }
            return sum;
        }
        for (row, b) in A.iter().zip(B) {
            let mut residual = T::from(-b);
            for (&x, &a) in x.iter().zip(row) {
                residual += x * a;
            }
            sum += residual * residual;
        }
        sum
    }
}

/// Solves the example and checks what it states.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problem = AutoMultilevel::new("minimum norm", LeastSquares);
    let start = [3.0, -1.0, 4.0, 2.0];
    let solution = solve(&problem, &start, &Options::default())?;
    let certificate = certify(&problem, &solution.x, Some(&start), 1)?;
    println!("{solution}\n{certificate}");

    // the pseudo-inverse: x₀ + x₁ = 7/5 and x₂ − x₃ = 1, each as short as possible
    assert!(solution.status.is_success());
    for (x, expected) in solution.x.iter().zip([0.7, 0.7, 0.5, -0.5]) {
        assert!((x - expected).abs() < 1e-9);
    }
    assert_eq!(certificate.verdict, Verdict::LocalOnly);
    assert_eq!(certificate.class, Class::Manifold { dim: 2 });
    Ok(())
}
