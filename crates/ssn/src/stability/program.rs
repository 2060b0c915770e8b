//! Small conic programs, handed to Clarabel.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SecondOrderConeT,
    SolverStatus, SupportedConeT, ZeroConeT,
};
use linalg::slice::dot;

/// min cᵀx  s.t.  rows aᵀx = b, rows aᵀx ≤ b, and blocks b − Ax in the second-order cone.
#[derive(Clone, Debug)]
pub(super) struct Program {
    cost: Vec<f64>,
    /// Diagonal of the quadratic part ½ xᵀ diag(p) x.
    quadratic: Vec<f64>,
    equal: Vec<Row>,
    at_most: Vec<Row>,
    cones: Vec<Vec<Row>>,
}

type Row = (Vec<f64>, f64);

/// How a program ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// A solution and its value.
    Solved(Vec<f64>, f64),
    /// No point satisfies the rows.
    Infeasible,
    /// Neither a solution nor a certificate was found.
    Failed,
}

/// Tolerance of gap and feasibility that is asked of the solver.
const TOLERANCE: f64 = 1e-10;
/// Gap, dual residual and violation up to which a point is accepted, however the solver ended.
const REDUCED: f64 = 1e-7;

impl Program {
    /// Minimizes cᵀx, so far without rows.
    pub fn minimize(cost: Vec<f64>) -> Self {
        Program {
            quadratic: vec![0.0; cost.len()],
            cost,
            equal: Vec::new(),
            at_most: Vec::new(),
            cones: Vec::new(),
        }
    }

    /// c_j.
    pub fn set_cost(&mut self, j: usize, cost: f64) {
        self.cost[j] = cost;
    }

    /// Adds ½ p x_j² to the objective.
    pub fn add_square(&mut self, j: usize, p: f64) {
        self.quadratic[j] += p;
    }

    /// Adds aᵀx = b.
    pub fn equal(&mut self, a: Vec<f64>, b: f64) {
        self.equal.push((a, b));
    }

    /// Adds aᵀx ≤ b.
    pub fn at_most(&mut self, a: Vec<f64>, b: f64) {
        self.at_most.push((a, b));
    }

    /// Adds l ≤ x_j ≤ u; infinite sides are left out.
    pub fn bound(&mut self, j: usize, l: f64, u: f64) {
        let unit = |sign: f64| {
            let mut a = vec![0.0; self.cost.len()];
            a[j] = sign;
            a
        };
        let (below, above) = (unit(-1.0), unit(1.0));
        if l.is_finite() {
            self.at_most.push((below, -l));
        }
        if u.is_finite() {
            self.at_most.push((above, u));
        }
    }

    /// Adds ‖(b − Ax)₁₋‖₂ ≤ (b − Ax)₀.
    pub fn second_order(&mut self, block: Vec<Row>) {
        self.cones.push(block);
    }

    /// Solves the program. A solution has been held against its rows and its dual value.
    pub fn solve(&self) -> Outcome {
        let n = self.cost.len();
        let mut cones: Vec<SupportedConeT<f64>> = Vec::new();
        if !self.equal.is_empty() {
            cones.push(ZeroConeT(self.equal.len()));
        }
        if !self.at_most.is_empty() {
            cones.push(NonnegativeConeT(self.at_most.len()));
        }
        cones.extend(self.cones.iter().map(|block| SecondOrderConeT(block.len())));
        let rows: Vec<&Row> = self.rows().collect();
        let b: Vec<f64> = rows.iter().map(|(_, b)| *b).collect();
        let settings = DefaultSettingsBuilder::<f64>::default()
            .verbose(false)
            .presolve_enable(false)
            .tol_gap_abs(TOLERANCE)
            .tol_gap_rel(TOLERANCE)
            .tol_feas(TOLERANCE)
            .build();
        let Ok(settings) = settings else {
            return Outcome::Failed;
        };
        let (p, a) = (diagonal(&self.quadratic), by_columns(n, &rows));
        let Ok(mut solver) = DefaultSolver::new(&p, &self.cost, &a, &b, &cones, settings) else {
            return Outcome::Failed;
        };
        solver.solve();
        let found = &mut solver.solution;
        let gap = (found.obj_val - found.obj_val_dual).abs() / (1.0 + found.obj_val.abs());
        let (status, violation) = (found.status, self.violation(&found.x));
        let worst = [gap, found.r_dual, violation]
            .into_iter()
            .fold(
                0.0,
                |worst, v| {
                    if v > worst || v.is_nan() { v } else { worst }
                },
            );
        match status {
            SolverStatus::PrimalInfeasible => Outcome::Infeasible,
            // it stops short of its tolerance at points that are good to ten digits
            _ if worst <= REDUCED => {
                let value = found.obj_val;
                Outcome::Solved(std::mem::take(&mut found.x), value)
            }
            _ => {
                tracing::debug!(?status, violation, gap, "a conic program was not solved");
                Outcome::Failed
            }
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        let linear = self.equal.iter().chain(&self.at_most);
        linear.chain(self.cones.iter().flatten())
    }

    /// Largest violation of a row or block, relative to the size of what is compared.
    fn violation(&self, x: &[f64]) -> f64 {
        let slack = |(a, b): &Row| b - dot(a, x);
        let size = |(a, b): &Row| {
            let terms = a.iter().zip(x).map(|(a, x)| (a * x).abs());
            1.0 + terms.fold(b.abs(), f64::max)
        };
        let equal = self.equal.iter().map(|row| slack(row).abs() / size(row));
        let at_most = self.at_most.iter().map(|row| -slack(row) / size(row));
        let cones = self.cones.iter().map(|block| {
            let rest: f64 = block[1..].iter().map(|row| slack(row).powi(2)).sum();
            (rest.sqrt() - slack(&block[0])) / size(&block[0])
        });
        let worst = |worst: f64, v: f64| if v > worst || v.is_nan() { v } else { worst };
        let all = equal.chain(at_most).chain(cones).fold(0.0, worst);
        if all.is_nan() { f64::INFINITY } else { all }
    }
}

fn diagonal(p: &[f64]) -> CscMatrix<f64> {
    let n = p.len();
    let entries: Vec<usize> = (0..n).filter(|&j| p[j] != 0.0).collect();
    let starts = (0..=n).map(|j| entries.partition_point(|&k| k < j));
    let values = entries.iter().map(|&j| p[j]).collect();
    CscMatrix::new(n, n, starts.collect(), entries.clone(), values)
}

fn by_columns(n: usize, rows: &[&Row]) -> CscMatrix<f64> {
    let (mut starts, mut places, mut values) = (vec![0], Vec::new(), Vec::new());
    for j in 0..n {
        for (i, (a, _)) in rows.iter().enumerate() {
            if a[j] != 0.0 {
                places.push(i);
                values.push(a[j]);
            }
        }
        starts.push(places.len());
    }
    CscMatrix::new(rows.len(), n, starts, places, values)
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Program};

    #[test]
    fn a_vertex_a_circle_and_nothing() {
        // min −x − 2y, x + y ≤ 4, x ≤ 3, y ≤ 2, x, y ≥ 0: (2, 2)
        let mut program = Program::minimize(vec![-1.0, -2.0]);
        program.at_most(vec![1.0, 1.0], 4.0);
        program.bound(0, 0.0, 3.0);
        program.bound(1, 0.0, 2.0);
        let Outcome::Solved(x, value) = program.solve() else {
            panic!("{program:?}");
        };
        assert!(
            (value + 6.0).abs() < 1e-8 && (x[0] - 2.0).abs() < 1e-8,
            "{x:?}"
        );

        // min x + y on the unit disk: −√2
        let mut program = Program::minimize(vec![1.0, 1.0]);
        let block = vec![
            (vec![0.0; 2], 1.0),
            (vec![1.0, 0.0], 0.0),
            (vec![0.0, 1.0], 0.0),
        ];
        program.second_order(block);
        let Outcome::Solved(_, value) = program.solve() else {
            panic!("{program:?}");
        };
        assert!((value + 2.0_f64.sqrt()).abs() < 1e-8, "{value}");

        let mut program = Program::minimize(vec![1.0]);
        program.bound(0, 1.0, f64::INFINITY);
        program.equal(vec![1.0], 0.0);
        assert_eq!(program.solve(), Outcome::Infeasible);
    }
}
