//! Three engineering objectives in the order of their importance: a two-bar truss must carry its load at a given
//! deflection, then have a given weight in two equal bars, then be as near to a given frame as possible.

use nlp_model::{AutoMultilevel, MultilevelFunctions, Scalar};
use trust_region::multilevel::{Options, Verdict, certify, solve};

/// x = (width, height, area of the left bar, area of the right bar).
#[derive(Clone)]
struct Truss;

impl MultilevelFunctions for Truss {
    fn levels(&self) -> usize {
        3
    }
    fn nvar(&self) -> usize {
        4
    }
    fn obj<T: Scalar>(&self, k: usize, x: &[T]) -> T {
        let (width, height, left, right) = (x[0], x[1], x[2], x[3]);
        let square = width * width + height * height;
        match k {
            // vertical stiffness is to be 2: each bar has area · height² / length³
            0 => {
                let stiffness = (left + right) * height.powi(2) / (square * square.sqrt());
                (stiffness - 2.0).powi(2)
            }
            // the weight, area · length, is to be 8, and the bars alike
            1 => ((left + right) * square.sqrt() - 8.0).powi(2) + (left - right).powi(2),
            // the frame is to be compact
            _ => (width - 1.0).powi(2) + (height - 1.0).powi(2),
        }
    }
}

/// Solves the example and checks what it states.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problem = AutoMultilevel::new("truss", Truss);
    let start = [0.8, 1.2, 1.0, 2.0];
    let solution = solve(&problem, &start, &Options::default())?;
    let certificate = certify(&problem, &solution.x, Some(&start), 1)?;
    println!("{solution}\n{certificate}");

    // both goals are attained where height² / length⁴ = 1/4, and the frame of size one is such
    assert!(solution.status.is_success());
    assert!(solution.objectives.iter().all(|f| f.abs() < 1e-12));
    let area = 2.0 * 2.0f64.sqrt();
    for (x, expected) in solution.x.iter().zip([1.0, 1.0, area, area]) {
        assert!((x - expected).abs() < 1e-6);
    }
    assert_eq!(certificate.verdict, Verdict::LocalOnly);
    Ok(())
}
