//! B-stationarity by enumeration: a linear program for each piece at a point, solved by Clarabel.
//!
//! It shares nothing with the test of the library, which projects and branches.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus,
    SupportedConeT, ZeroConeT,
};
use nlp_model::Mpcc;

/// What the linear programs say of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    /// min ∇fᵀd / max(1, ‖∇f‖∞) over all pieces, ‖d‖∞ ≤ 1; 0 at B-stationary points.
    pub slope: f64,
    /// Number of pieces.
    pub pieces: usize,
}

/// The steepest linearised descent at x. Slacks, G and H up to `active` count as zero. `None` when there are more than
/// 2¹² pieces, or a linear program is not solved.
pub fn steepest_descent(mpcc: &dyn Mpcc, x: &[f64], active: f64) -> Option<Descent> {
    let (meta, n) = (mpcc.meta(), mpcc.meta().nvar());
    let m = meta.ncon();
    let (mut g, mut c) = (vec![0.0; n], vec![0.0; m]);
    let mut vals = vec![0.0; mpcc.jac_structure().nnz()];
    let mut jac = vec![0.0; n * m];
    mpcc.grad(x, &mut g);
    mpcc.cons(x, &mut c);
    mpcc.jac_coord(x, &mut vals);
    for ((i, j), v) in mpcc.jac_structure().iter().zip(&vals) {
        jac[i * n + j] += v;
    }
    let size = g.iter().fold(1.0, |size: f64, v| size.max(v.abs()));

    // Rows a'd = 0 and a'd ≥ 0 that all pieces share.
    let (mut zero, mut positive) = (Vec::new(), Vec::new());
    let mut add = |a: Vec<f64>, value: f64, l: f64, u: f64| {
        if l == u {
            zero.push(a);
            return;
        }
        if u - value <= active {
            positive.push(a.iter().map(|v| -v).collect());
        }
        if value - l <= active {
            positive.push(a);
        }
    };
    let row = |i: usize| jac[i * n..(i + 1) * n].to_vec();
    let is_side = |i: usize| mpcc.pairs().iter().any(|p| p.0 == i || p.1 == i);
    for i in (0..m).filter(|&i| !is_side(i)) {
        add(row(i), c[i], meta.lcon()[i], meta.ucon()[i]);
    }
    for j in 0..n {
        let unit = (0..n).map(|k| f64::from(u8::from(k == j))).collect();
        add(unit, x[j], meta.lvar()[j], meta.uvar()[j]);
    }
    let mut biactive = Vec::new();
    for &(i, j) in mpcc.pairs() {
        match (c[i] <= active, c[j] <= active) {
            (true, true) => biactive.push((row(i), row(j))),
            (true, false) => zero.push(row(i)),
            (false, true) => zero.push(row(j)),
            (false, false) => return None,
        }
    }
    if biactive.len() > 12 {
        return None;
    }
    let pieces = 1usize << biactive.len();
    let mut slope = 0.0;
    for piece in 0..pieces {
        let (mut zero, mut positive) = (zero.clone(), positive.clone());
        for (k, (g, h)) in biactive.iter().enumerate() {
            let (held, free) = if piece >> k & 1 == 0 { (g, h) } else { (h, g) };
            zero.push(held.clone());
            positive.push(free.clone());
        }
        slope = f64::min(slope, least(&g, size, &zero, &positive)?);
    }
    Some(Descent { slope, pieces })
}

/// min gᵀd / size  s.t.  a'd = 0, a'd ≥ 0, −1 ≤ d ≤ 1.
fn least(g: &[f64], size: f64, zero: &[Vec<f64>], positive: &[Vec<f64>]) -> Option<f64> {
    let n = g.len();
    // A d + s = b: s = 0, then s ≥ 0.
    let mut rows: Vec<Vec<f64>> = zero.to_vec();
    rows.extend(positive.iter().map(|a| a.iter().map(|v| -v).collect()));
    let mut b = vec![0.0; rows.len()];
    for sign in [1.0, -1.0] {
        for j in 0..n {
            rows.push((0..n).map(|k| if k == j { sign } else { 0.0 }).collect());
            b.push(1.0);
        }
    }
    let a = CscMatrix::from(rows.iter());
    let q: Vec<f64> = g.iter().map(|v| v / size).collect();
    let cones: [SupportedConeT<f64>; 2] = [
        ZeroConeT(zero.len()),
        NonnegativeConeT(rows.len() - zero.len()),
    ];
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .build()
        .ok()?;
    let mut solver =
        DefaultSolver::new(&CscMatrix::zeros((n, n)), &q, &a, &b, &cones, settings).ok()?;
    solver.solve();
    let is_solved = matches!(
        solver.solution.status,
        SolverStatus::Solved | SolverStatus::AlmostSolved
    );
    is_solved.then_some(solver.solution.obj_val)
}

#[cfg(test)]
mod tests {
    use super::steepest_descent;
    use nlp_model::{AutoModel, Complementarity, Functions, Meta, Scalar, Side};

    /// f = x₀ − b x₁ on 0 ≤ x₀ ⟂ x₁ ≥ 0.
    struct Corner(f64);
    impl Functions for Corner {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] - x[1] * self.0
        }
    }

    #[test]
    fn descent_along_an_axis_is_found_and_nothing_else() {
        for (b, expected) in [(0.5, -0.5), (-0.5, 0.0)] {
            let meta = Meta::new("corner", 2, 0)
                .variable_bounds(&[0.0; 2], &[f64::INFINITY; 2])
                .unwrap();
            let sides = [(Side::Variable(0), Side::Variable(1))];
            let mpcc = Complementarity::new(AutoModel::new(Corner(b), meta), &sides).unwrap();
            let descent = steepest_descent(&mpcc, &[0.0; 2], 1e-8).unwrap();
            assert!((descent.slope - expected).abs() < 1e-7, "{descent:?}");
            assert_eq!(descent.pieces, 2);
        }
    }
}
