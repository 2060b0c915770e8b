//! Multipliers, and bounds of the feasible set by affine rows.

use super::bound::Bounder;
use super::linear_program::{LinearProgram, Weights};
use super::lower::LowerLevel;
use crate::interval::Interval;

/// What a residual of the multipliers costs where the box does not end, or where only stationarity is
/// wanted.
const PENALTY: f64 = 1e6;
/// Multipliers are also tried as multiples of this number, so that residuals become exactly 0 where data
/// are short binary fractions.
const GRID: f64 = 1.0 / 1048576.0;

/// Finds multipliers by linear programs and keeps them.
#[derive(Debug)]
pub(super) struct Duals {
    program: LinearProgram,
    /// The multipliers found last.
    pub(super) w: Vec<f64>,
    rounded: Vec<f64>,
    /// The multipliers of the best bound so far.
    pub(super) best: Vec<f64>,
}

impl Duals {
    pub(super) fn new(lower: &LowerLevel) -> Self {
        let m = lower.rows.len();
        Duals {
            program: LinearProgram::new(lower.ny(), m),
            w: vec![0.0; m],
            rounded: vec![0.0; m],
            best: vec![0.0; m],
        }
    }

    /// The best lower bound of f − T over the box of `bounder`, expanded at its point, which is near a
    /// solution, with multipliers for this point.
    ///
    /// They minimize the complementarity gap −Σ w_j h_j plus what the residual ∇f + Σ w_j ∇h_j costs:
    /// once its effect over the box, once a large multiple.
    pub(super) fn bound(&mut self, lower: &LowerLevel, bounder: &mut Bounder, target: f64) -> f64 {
        let mut best = f64::NEG_INFINITY;
        for within_box in [true, false] {
            self.load_point(lower, bounder, within_box);
            if self.program.solve(&mut self.w) != Some(Weights::Multipliers) {
                continue;
            }
            for (rounded, w) in self.rounded.iter_mut().zip(&self.w) {
                *rounded = (w / GRID).round() * GRID;
            }
            for w in [&self.w, &self.rounded] {
                let bound = bounder.lagrangian(lower, target, 1.0, w);
                if bound > best {
                    best = bound;
                    self.best.copy_from_slice(w);
                }
            }
        }
        best
    }

    /// The program of the linearisations at the point of expansion.
    fn load_point(&mut self, lower: &LowerLevel, bounder: &Bounder, within_box: bool) {
        let n = lower.ny();
        let program = &mut self.program;
        for i in 0..n {
            let reach = bounder.reach()[i];
            let cost = |end: f64| {
                if within_box {
                    end.min(PENALTY)
                } else {
                    PENALTY
                }
            };
            (program.right[i], program.left[i]) = (cost(reach.hi()), cost(-reach.lo()));
            program.slopes[i] = lower.objective_gradient(&bounder.at_point)[i].mid();
        }
        for j in 0..lower.rows.len() {
            // a violated row counts as active
            program.values[j] = (-lower.row(j, &bounder.at_point).mid()).max(0.0);
            for i in 0..n {
                program.matrix[j * n + i] = lower.row_slope(j, i, &bounder.at_point).mid();
            }
        }
    }

    /// Multipliers from the linearisations at the point of expansion, over the box.
    pub(super) fn linearise_at_point(
        &mut self,
        lower: &LowerLevel,
        bounder: &Bounder,
    ) -> Option<Weights> {
        self.load_point(lower, bounder, true);
        for j in 0..lower.rows.len() {
            self.program.values[j] = -lower.row(j, &bounder.at_point).mid();
        }
        self.solve()
    }

    /// Multipliers from what the functions are at least over the box, seen from a corner c:
    /// f(c + d) ≥ f(c) + aᵀd with a the lower (upper) ends of the gradient where d ≥ 0 (d ≤ 0).
    pub(super) fn linearise_at_corner(
        &mut self,
        lower: &LowerLevel,
        bounder: &Bounder,
        is_lower: bool,
    ) -> Option<Weights> {
        let n = lower.ny();
        let program = &mut self.program;
        let end = |slope: Interval| if is_lower { slope.lo() } else { slope.hi() };
        for i in 0..n {
            let reach = bounder.reach()[i];
            (program.right[i], program.left[i]) = (reach.hi(), -reach.lo());
            program.slopes[i] = end(lower.objective_gradient(&bounder.over_box)[i]);
        }
        for j in 0..lower.rows.len() {
            program.values[j] = -lower.row(j, &bounder.at_point).lo();
            for i in 0..n {
                program.matrix[j * n + i] = end(lower.row_slope(j, i, &bounder.over_box));
            }
            let row = &program.matrix[j * n..(j + 1) * n];
            if !program.values[j].is_finite() || !linalg::slice::all_finite(row) {
                // says nothing: 0 ≤ 1
                program.values[j] = 1.0;
                program.matrix[j * n..(j + 1) * n].fill(0.0);
            }
        }
        self.solve()
    }

    /// Solves the program; a ray has the largest weight 1.
    fn solve(&mut self) -> Option<Weights> {
        let found = self.program.solve(&mut self.w);
        if found == Some(Weights::Ray) {
            let largest = linalg::slice::norm_inf(&self.w);
            linalg::slice::scale(1.0 / largest, &mut self.w);
        }
        found
    }

    /// Narrows an unbounded `region` to what the affine rows, and f ≤ T when f is affine, allow.
    ///
    /// For each direction e = ±e_i multipliers v ≥ 0 with Aᵀv ≈ e give eᵀ(y − c) ≤ bᵀv + Σ |r_k| ‖y − c‖∞
    /// with r = Aᵀv − e; over all directions ‖y − c‖∞ ≤ max bᵀv / (1 − max ‖r‖₁). Directions without
    /// such multipliers leave all as it is. Returns whether a side became shorter.
    pub(super) fn affine_box(
        &mut self,
        lower: &LowerLevel,
        bounder: &Bounder,
        target: f64,
        region: &mut [Interval],
    ) -> bool {
        let n = lower.ny();
        let rows = affine_rows(lower, bounder, target);
        if rows.is_empty() {
            return false;
        }
        let mut program = LinearProgram::new(n, rows.len());
        for (j, row) in rows.iter().enumerate() {
            program.values[j] = row.value.mid();
            for (entry, slope) in program.matrix[j * n..(j + 1) * n]
                .iter_mut()
                .zip(&row.slopes)
            {
                *entry = slope.mid();
            }
        }
        program.right.fill(PENALTY);
        program.left.fill(PENALTY);
        let mut v = vec![0.0; rows.len()];
        let (mut value, mut residual) = (0.0_f64, 0.0_f64);
        let mut bounds = vec![(0.0, 0.0); 2 * n];
        for k in 0..2 * n {
            let (i, sign) = (k / 2, if k % 2 == 0 { 1.0 } else { -1.0 });
            program.slopes.fill(0.0);
            program.slopes[i] = -sign;
            if program.solve(&mut v) != Some(Weights::Multipliers) {
                return false;
            }
            let total = |entry: &dyn Fn(usize) -> Interval| {
                (0..rows.len()).fold(Interval::ZERO, |sum, j| {
                    sum + Interval::point(v[j]) * entry(j)
                })
            };
            let mut error = Interval::ZERO;
            for l in 0..n {
                let e = if l == i { sign } else { 0.0 };
                error += (total(&|j| rows[j].slopes[l]) - Interval::point(e)).abs();
            }
            bounds[k] = (total(&|j| rows[j].value).hi(), error.hi());
            value = value.max(bounds[k].0);
            residual = residual.max(bounds[k].1);
        }
        // false for NaN as well
        let is_bounded = residual < 0.5 && value.is_finite();
        if !is_bounded {
            return false;
        }
        let one = Interval::point(1.0);
        let distance = Interval::point(value) / (one - Interval::point(residual));
        let mut shorter = false;
        for (k, &(value, error)) in bounds.iter().enumerate() {
            let i = k / 2;
            let c = Interval::point(bounder.center()[i]);
            let reach = Interval::point(value) + Interval::point(error) * distance;
            let ray = if k % 2 == 0 {
                Interval::new(f64::NEG_INFINITY, (c + reach).hi())
            } else {
                Interval::new((c - reach).lo(), f64::INFINITY)
            };
            let narrowed = region[i].intersect(ray);
            shorter |= narrowed != region[i];
            region[i] = narrowed;
        }
        shorter
    }
}

/// slopesᵀ(y − c) ≤ value.
struct AffineRow {
    slopes: Vec<Interval>,
    value: Interval,
}

fn affine_rows(lower: &LowerLevel, bounder: &Bounder, target: f64) -> Vec<AffineRow> {
    let n = lower.ny();
    let mut rows = Vec::new();
    for j in (0..lower.rows.len()).filter(|&j| lower.is_affine_row(j)) {
        rows.push(AffineRow {
            slopes: (0..n)
                .map(|i| lower.row_slope(j, i, &bounder.at_point))
                .collect(),
            value: -lower.row(j, &bounder.at_point),
        });
    }
    if lower.is_affine_objective() {
        rows.push(AffineRow {
            slopes: lower.objective_gradient(&bounder.at_point).to_vec(),
            value: Interval::point(target) - lower.objective(&bounder.at_point),
        });
    }
    rows
}
