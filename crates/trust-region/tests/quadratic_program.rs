//! The active-set method on small programs with known and with random data.

use proptest::prelude::*;
use trust_region::quadratic_program::{ActiveSet, Certificate, QuadraticProgram};

/// Owned data of a program.
#[derive(Clone, Debug)]
struct Data {
    hessian: Vec<f64>,
    gradient: Vec<f64>,
    rows: Vec<f64>,
    row_lower: Vec<f64>,
    row_upper: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    penalty: f64,
}

impl Data {
    fn program(&self) -> QuadraticProgram<'_> {
        QuadraticProgram {
            hessian: &self.hessian,
            gradient: &self.gradient,
            rows: &self.rows,
            row_lower: &self.row_lower,
            row_upper: &self.row_upper,
            lower: &self.lower,
            upper: &self.upper,
            penalty: self.penalty,
        }
    }

    fn objective(&self, d: &[f64]) -> f64 {
        let n = d.len();
        let linear: f64 = d.iter().zip(&self.gradient).map(|(d, g)| d * g).sum();
        let quadratic: f64 = (0..n)
            .flat_map(|i| (0..n).map(move |j| (i, j)))
            .map(|(i, j)| 0.5 * d[i] * self.hessian[i + j * n] * d[j])
            .sum();
        linear + quadratic + self.penalty * self.program().violation(d)
    }
}

const INF: f64 = f64::INFINITY;

#[test]
fn a_program_with_one_active_row_has_the_solution_of_its_normal_equations() {
    // min ½‖d‖² − d₁ − 2 d₂  s.t.  d₁ + d₂ ≤ 1:  d = (0, 1), y = 1
    let data = Data {
        hessian: vec![1.0, 0.0, 0.0, 1.0],
        gradient: vec![-1.0, -2.0],
        rows: vec![1.0, 1.0],
        row_lower: vec![-INF],
        row_upper: vec![1.0],
        lower: vec![-INF; 2],
        upper: vec![INF; 2],
        penalty: 10.0,
    };
    let mut solver = ActiveSet::new(2, 1);
    let outcome = solver.solve(&data.program());
    assert!(outcome.is_stationary);
    assert!((solver.point()[0]).abs() < 1e-14 && (solver.point()[1] - 1.0).abs() < 1e-14);
    assert!((solver.multipliers()[0] - 1.0).abs() < 1e-14);
    // with a penalty below the multiplier the row is violated: d = (1, 2) − ν (1, 1)
    let soft = Data {
        penalty: 0.5,
        ..data
    };
    let outcome = solver.solve(&soft.program());
    assert!(outcome.is_stationary && (outcome.violation - 1.0).abs() < 1e-14);
    assert!((solver.point()[0] - 0.5).abs() < 1e-14 && (solver.point()[1] - 1.5).abs() < 1e-14);
}

#[test]
fn contradictory_rows_share_the_violation() {
    // d = 1 and d = 3, H = 0: every d in [1, 3] has violation 2; g decides for 1
    let data = Data {
        hessian: vec![0.0],
        gradient: vec![0.1],
        rows: vec![1.0, 1.0],
        row_lower: vec![1.0, 3.0],
        row_upper: vec![1.0, 3.0],
        lower: vec![-10.0],
        upper: vec![10.0],
        penalty: 1.0,
    };
    let mut solver = ActiveSet::new(1, 2);
    let outcome = solver.solve(&data.program());
    assert!(outcome.is_stationary);
    assert!((outcome.violation - 2.0).abs() < 1e-14 && (solver.point()[0] - 1.0).abs() < 1e-14);
}

#[test]
fn an_indefinite_program_ends_at_a_vertex_and_an_unbounded_one_says_so() {
    // min −½d² + 0.1 d on [−1, 2]: both ends are local minimizers
    let mut data = Data {
        hessian: vec![-1.0],
        gradient: vec![0.1],
        rows: vec![],
        row_lower: vec![],
        row_upper: vec![],
        lower: vec![-1.0],
        upper: vec![2.0],
        penalty: 1.0,
    };
    let mut solver = ActiveSet::new(1, 0);
    assert!(solver.solve(&data.program()).is_stationary);
    assert_eq!(solver.point(), [-1.0]);
    data.lower = vec![-INF];
    assert!(solver.solve(&data.program()).is_unbounded);
}

/// Programs with small integers, so that ties and dependent rows are common.
fn programs(convex: bool) -> impl Strategy<Value = Data> {
    (1_usize..6, 0_usize..9).prop_flat_map(move |(n, m)| {
        let entry = || -2..=2_i32;
        (
            prop::collection::vec(entry(), n * n),
            prop::collection::vec(entry(), n),
            prop::collection::vec(entry(), m * n),
            prop::collection::vec((-3..=3_i32, 0..4_i32), m),
            prop::collection::vec((0..3_i32, 0..3_i32), n),
        )
            .prop_map(move |(b, g, a, sides, bounds)| {
                let at = |i: usize, j: usize| f64::from(b[i + j * n]);
                let hessian = (0..n * n)
                    .map(|k| {
                        let (i, j) = (k % n, k / n);
                        if convex {
                            (0..n).map(|l| at(l, i) * at(l, j)).sum()
                        } else {
                            at(i, j) + at(j, i)
                        }
                    })
                    .collect();
                Data {
                    hessian,
                    gradient: g.iter().map(|&g| f64::from(g)).collect(),
                    rows: a.iter().map(|&a| f64::from(a)).collect(),
                    row_lower: sides
                        .iter()
                        .map(|&(l, w)| if w == 3 { -INF } else { f64::from(l) })
                        .collect(),
                    row_upper: sides.iter().map(|&(l, w)| f64::from(l + w)).collect(),
                    lower: bounds.iter().map(|&(l, _)| -f64::from(l)).collect(),
                    upper: bounds.iter().map(|&(_, u)| f64::from(u)).collect(),
                    penalty: 2.5,
                }
            })
    })
}

/// The best of many points of a grid in the box, refined by coordinate moves: an upper bound.
fn best_of_grid(data: &Data) -> f64 {
    let n = data.lower.len();
    let steps = 4_usize;
    (0..(steps + 1).pow(n as u32))
        .map(|k| {
            let d: Vec<f64> = (0..n)
                .map(|j| {
                    let t = (k / (steps + 1).pow(j as u32) % (steps + 1)) as f64 / steps as f64;
                    data.lower[j] + t * (data.upper[j] - data.lower[j])
                })
                .collect();
            data.objective(&d)
        })
        .fold(INF, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_result_has_a_certificate_and_convex_ones_beat_a_grid(data in programs(true)) {
        let mut solver = ActiveSet::new(data.gradient.len(), data.row_lower.len());
        for _ in 0..2 {
            // the second time from the last working set
            let outcome = solver.solve(&data.program());
            prop_assert!(outcome.is_stationary);
            let certificate = Certificate::new(
                &data.program(), solver.point(), solver.multipliers(), solver.bound_multipliers(),
            );
            prop_assert!(certificate.holds(1e-8), "{:?}", certificate);
            let objective = data.objective(solver.point());
            prop_assert!(objective <= best_of_grid(&data) + 1e-9);
        }
    }

    #[test]
    fn indefinite_programs_end_stationary_and_not_above_their_start(data in programs(false)) {
        let mut solver = ActiveSet::new(data.gradient.len(), data.row_lower.len());
        let outcome = solver.solve(&data.program());
        prop_assert!(outcome.is_stationary);
        let certificate = Certificate::new(
            &data.program(), solver.point(), solver.multipliers(), solver.bound_multipliers(),
        );
        prop_assert!(certificate.holds(1e-8), "{:?}", certificate);
        let zero = vec![0.0; data.gradient.len()];
        prop_assert!(data.objective(solver.point()) <= data.objective(&zero) + 1e-12);
    }
}
