//! The dual method on small programs.

use super::{DualMethod, Problem, Verdict};
use proptest::prelude::*;

fn solve(h: &[f64], problem: &Problem) -> (Verdict, DualMethod) {
    let mut method = DualMethod::new(problem.g.len());
    assert!(method.factor(h));
    let verdict = method.solve(problem);
    (verdict, method)
}

#[test]
fn the_example_of_the_paper_is_solved() {
    // min 6 x₁ + 2 (x₁² − x₁x₂ + x₂²) s.t. x ≥ 0, x₁ + x₂ ≥ 2: x = (1/2, 3/2), λ₃ = 5.
    let problem = Problem {
        g: &[6.0, 0.0],
        rows: &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0],
        b: &[0.0, 0.0, 2.0],
        equalities: 0,
    };
    let (verdict, method) = solve(&[4.0, -2.0, -2.0, 4.0], &problem);
    assert_eq!(verdict, Verdict::Solved);
    assert!((method.d[0] - 0.5).abs() < 1e-14 && (method.d[1] - 1.5).abs() < 1e-14);
    assert!(
        (method.lambda[2] - 5.0).abs() < 1e-13,
        "{:?}",
        method.lambda
    );
}

#[test]
fn repeated_and_dependent_rows_do_no_harm() {
    // x₁ + x₂ = 1 twice, x₁ ≥ 1/4 twice, x₁ ≤ 1, and 2x₁ + 2x₂ ≥ 2, which holds with equality always.
    let problem = Problem {
        g: &[3.0, 0.0],
        rows: &[
            1.0, 1.0, -2.0, -2.0, 1.0, 0.0, 2.0, 0.0, -1.0, 0.0, 2.0, 2.0,
        ],
        b: &[1.0, -2.0, 0.25, 0.5, -1.0, 2.0],
        equalities: 2,
    };
    let (verdict, method) = solve(&[1.0, 0.0, 0.0, 1.0], &problem);
    assert_eq!(verdict, Verdict::Solved);
    assert!((method.d[0] - 0.25).abs() < 1e-14 && (method.d[1] - 0.75).abs() < 1e-14);
}

#[test]
fn contradictions_are_seen() {
    let problem = |b: &'static [f64], equalities| Problem {
        g: &[0.0, 0.0],
        rows: &[1.0, 1.0, 1.0, 1.0, -1.0, -1.0],
        b,
        equalities,
    };
    let h = [2.0, 1.0, 1.0, 2.0];
    assert_eq!(
        solve(&h, &problem(&[1.0, 2.0, -5.0], 2)).0,
        Verdict::Infeasible
    );
    assert_eq!(
        solve(&h, &problem(&[1.0, 0.0, -0.9], 0)).0,
        Verdict::Infeasible
    );
    assert_eq!(solve(&h, &problem(&[1.0, 0.0, -1.0], 0)).0, Verdict::Solved);
    let mut method = DualMethod::new(2);
    assert!(!method.factor(&[1.0, 2.0, 2.0, 1.0]));
    assert!(!method.factor(&[1.0, 0.0, 0.0, f64::NAN]));
}

proptest! {
    /// The conditions of optimality hold, measured anew, for random problems that are feasible.
    #[test]
    fn solutions_satisfy_the_conditions_of_optimality(
        factor in prop::collection::vec(-2.0..2.0f64, 16),
        g in prop::collection::vec(-5.0..5.0f64, 4),
        rows in prop::collection::vec(-3..=3i32, 24),
        slack in prop::collection::vec(0.0..1.0f64, 6),
    ) {
        let n = 4;
        let mut h = [0.0; 16];
        for i in 0..n {
            for j in 0..n {
                let sum: f64 = (0..n).map(|k| factor[4 * i + k] * factor[4 * j + k]).sum();
                h[4 * i + j] = sum + f64::from(u8::from(i == j)) * 0.1;
            }
        }
        let rows: Vec<f64> = rows.into_iter().map(f64::from).collect();
        // (1, 1, 1, 1) is feasible; the first row is an equality.
        let b: Vec<f64> = (0..6)
            .map(|i| rows[4 * i..4 * i + 4].iter().sum::<f64>() - if i == 0 { 0.0 } else { slack[i] })
            .collect();
        let problem = Problem { g: &g, rows: &rows, b: &b, equalities: 1 };
        let (verdict, method) = solve(&h, &problem);
        prop_assert_eq!(verdict, Verdict::Solved);
        for i in 0..n {
            let hd: f64 = (0..n).map(|j| h[4 * i + j] * method.d[j]).sum();
            let forces: f64 = (0..6).map(|k| method.lambda[k] * rows[4 * k + i]).sum();
            prop_assert!((hd + g[i] - forces).abs() < 1e-8);
        }
        for i in 0..6 {
            let s: f64 = (0..n).map(|j| rows[4 * i + j] * method.d[j]).sum::<f64>() - b[i];
            prop_assert!(s > -1e-9 && (i > 0 || s < 1e-9));
            prop_assert!(i == 0 || (method.lambda[i] > -1e-9 && (method.lambda[i] * s).abs() < 1e-7));
        }
    }
}
