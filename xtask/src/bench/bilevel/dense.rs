//! A search for better lower-level points that shares nothing with the driver and its certificates: dense
//! grids, and a solver of nonlinear programs from many starts.

use linalg::slice::all_finite;
use mpec::bilevel::FixedUpper;
use nlp_model::{Bilevel, Model, Smooth};
use trust_region::Start;

/// Radii of the grids around y.
const RADII: [f64; 6] = [1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0];
/// Cells that are divided further.
const CELLS: usize = 8;
/// Divisions of such a cell.
const ZOOMS: usize = 12;

/// The smallest values found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Among points with g ≤ 0; that of y when y is one.
    pub strict: Best,
    /// Among points with g ≤ δ.
    pub relaxed: Best,
    /// Points at which f and g were evaluated on grids; 0 without grids.
    pub grid_points: u64,
    /// Runs of the solver.
    pub runs: usize,
}

/// A value and its point.
#[derive(Clone, Debug)]
pub struct Best {
    /// f(x, s); +∞ when there is no such point.
    pub value: f64,
    /// s (ny).
    pub point: Vec<f64>,
}

impl Best {
    fn offer(&mut self, value: f64, s: &[f64]) {
        if value < self.value {
            self.value = value;
            self.point.copy_from_slice(s);
        }
    }
}

/// Searches the lower level of `problem` at x: grids when it has at most two variables, then
/// [`trust_region::solve`] from many starts. `delta` is the δ of the claim in question.
pub fn search(problem: &dyn Bilevel, x: &[f64], y: &[f64], delta: f64) -> crate::Result<Found> {
    let model = FixedUpper::new(problem, x)?;
    let nothing = Best {
        value: f64::INFINITY,
        point: y.to_vec(),
    };
    let mut search = Search {
        rows: vec![0.0; model.meta().ncon()],
        model: &model,
        delta,
        found: Found {
            strict: nothing.clone(),
            relaxed: nothing,
            grid_points: 0,
            runs: 0,
        },
    };
    search.look_at(y);
    let (lower, upper) = box_of_rows(&model, y);
    if y.len() <= 2 {
        search.grids(y, &lower, &upper);
    }
    let starts = if y.len() <= 2 { 12 } else { 40 };
    for k in 0..starts {
        let start: Vec<f64> = (0..y.len())
            .map(|j| lower[j] + van_der_corput(k, j) * (upper[j] - lower[j]))
            .collect();
        search.solve_from(if k == 0 { y } else { &start }, y)?;
    }
    Ok(search.found)
}

struct Search<'a, 'p> {
    model: &'a FixedUpper<'p>,
    rows: Vec<f64>,
    delta: f64,
    found: Found,
}

impl Search<'_, '_> {
    /// Evaluates s and keeps it when it is better; the value, +∞ when s violates g ≤ δ.
    fn look_at(&mut self, s: &[f64]) -> f64 {
        let meta = self.model.meta();
        self.model.cons(s, &mut self.rows);
        let mut violation = 0.0_f64;
        let rows = self.rows.iter().zip(meta.lcon().iter().zip(meta.ucon()));
        let bounds = s.iter().zip(meta.lvar().iter().zip(meta.uvar()));
        for (v, (l, u)) in rows.chain(bounds) {
            if !v.is_finite() {
                return f64::INFINITY;
            }
            violation = violation.max(l - v).max(v - u);
        }
        if violation > self.delta {
            return f64::INFINITY;
        }
        let value = self.model.obj(s);
        if !value.is_finite() {
            return f64::INFINITY;
        }
        self.found.relaxed.offer(value, s);
        if violation <= 0.0 {
            self.found.strict.offer(value, s);
        }
        value
    }

    fn grids(&mut self, y: &[f64], lower: &[f64], upper: &[f64]) {
        let per_edge: usize = if y.len() == 1 { 10_001 } else { 161 };
        let mut cells = self.grid(lower, upper, per_edge);
        for radius in RADII {
            let shift = |by: f64| -> Vec<f64> { y.iter().map(|y| y + by).collect() };
            cells.extend(self.grid(&shift(-radius), &shift(radius), per_edge));
        }
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, mut center, mut half) in cells.into_iter().take(CELLS) {
            for _ in 0..ZOOMS {
                let ends = |sign: f64| -> Vec<f64> {
                    center
                        .iter()
                        .zip(&half)
                        .map(|(c, h)| c + sign * h)
                        .collect()
                };
                let best = self.grid(&ends(-1.0), &ends(1.0), 11).into_iter().next();
                let Some((_, point, width)) = best else {
                    break;
                };
                (center, half) = (point, width);
            }
        }
    }

    /// Looks at a grid; the best points with their cells, the best first.
    fn grid(
        &mut self,
        lower: &[f64],
        upper: &[f64],
        per_edge: usize,
    ) -> Vec<(f64, Vec<f64>, Vec<f64>)> {
        let n = lower.len();
        let steps: Vec<f64> = (0..n)
            .map(|j| (upper[j] - lower[j]) / (per_edge - 1) as f64)
            .collect();
        let count = per_edge.pow(n as u32);
        let mut s = vec![0.0; n];
        let mut best: Vec<(f64, Vec<f64>, Vec<f64>)> = Vec::new();
        for k in 0..count {
            let mut rest = k;
            for j in 0..n {
                s[j] = lower[j] + (rest % per_edge) as f64 * steps[j];
                rest /= per_edge;
            }
            let value = self.look_at(&s);
            let worst = best.last().map_or(f64::INFINITY, |b| b.0);
            if value.is_finite() && (best.len() < CELLS || value < worst) {
                best.push((value, s.clone(), steps.clone()));
                best.sort_by(|a, b| a.0.total_cmp(&b.0));
                best.truncate(CELLS);
            }
        }
        self.found.grid_points += count as u64;
        best
    }

    /// A run of the solver; its end point is drawn towards y until it is feasible.
    fn solve_from(&mut self, start: &[f64], y: &[f64]) -> crate::Result<()> {
        if !all_finite(start) {
            return Ok(());
        }
        let end = trust_region::solve(self.model, &Start::at(start), &Default::default())?.x;
        self.found.runs += 1;
        if !all_finite(&end) {
            return Ok(());
        }
        let mut s = end.clone();
        for part in [0.0, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3] {
            for j in 0..s.len() {
                s[j] = end[j] + part * (y[j] - end[j]);
            }
            self.look_at(&s);
        }
        Ok(())
    }
}

/// A box for grids and starts: bounds, and rows with one variable, linearised at y; where they say nothing
/// it ends 10 (1 + |y_j|) away.
fn box_of_rows(model: &FixedUpper, y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let meta = model.meta();
    let reach = |j: usize| 10.0 * (1.0 + y[j].abs());
    let mut lower: Vec<f64> = (0..y.len())
        .map(|j| meta.lvar()[j].max(y[j] - reach(j)))
        .collect();
    let mut upper: Vec<f64> = (0..y.len())
        .map(|j| meta.uvar()[j].min(y[j] + reach(j)))
        .collect();
    let structure = model.jac_structure();
    let (mut rows, mut slopes) = (vec![0.0; meta.ncon()], vec![0.0; structure.nnz()]);
    model.cons(y, &mut rows);
    model.jac_coord(y, &mut slopes);
    for ((i, j), slope) in structure.iter().zip(slopes) {
        if structure.rows().iter().filter(|&&row| row == i).count() != 1 {
            continue;
        }
        let at = y[j] + (meta.ucon()[i] - rows[i]) / slope;
        if at.is_finite() && slope > 0.0 && at > lower[j] {
            upper[j] = upper[j].min(at);
        } else if at.is_finite() && slope < 0.0 && at < upper[j] {
            lower[j] = lower[j].max(at);
        }
    }
    (lower, upper)
}

/// The k-th number of the sequence of the j-th prime base: evenly spread in [0, 1).
fn van_der_corput(k: usize, j: usize) -> f64 {
    const PRIMES: [usize; 10] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29];
    let base = PRIMES[j % PRIMES.len()];
    let (mut rest, mut digit, mut value) = (k, 1.0, 0.0);
    while rest > 0 {
        digit /= base as f64;
        value += digit * (rest % base) as f64;
        rest /= base;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use nlp_model::AutoBilevel;

    nlp_model::bilevel! {
        /// Wells of different depth near y = ±1, the right one only when y₂ = x may be reached.
        struct Wells(x; y1, y2);
        F = x;
        G <= 0: [];
        f = (y1.powi(2) - 1.0).powi(2) + 0.1 * y1 + (y2 - x).powi(2);
        g <= 0: [-y1 - 2.0, y1 - 2.0, y2 - 1.0, -y2];
    }

    #[test]
    fn the_deeper_well_is_found_from_the_other_one() {
        let problem = AutoBilevel::new("wells", Wells);
        let found = search(&problem, &[0.25], &[0.987_26, 0.25], 0.0).unwrap();
        // the wells solve 4 y (y² − 1) + 0.1 = 0
        let left = found.strict.point[0];
        assert!((4.0 * left * (left * left - 1.0) + 0.1).abs() < 1e-5 && left < -1.0);
        assert!(
            (found.strict.value + 0.100_617_376_6).abs() < 1e-9,
            "{found:?}"
        );
        assert!(found.grid_points > 100_000 && found.runs == 12);
    }

    #[test]
    fn points_outside_of_the_rows_do_not_count() {
        let problem = AutoBilevel::new("wells", Wells);
        // y₂ ≤ 1 binds at x = 2
        let found = search(&problem, &[2.0], &[-1.012_2, 1.0], 1e-2).unwrap();
        assert!(found.strict.point[1] <= 1.0);
        assert!(found.relaxed.point[1] > 1.005 && found.relaxed.value < found.strict.value);
    }
}
