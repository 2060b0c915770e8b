//! The set S₀(z̄) of minimisers behind φ, and the multipliers of its linear program.

use linalg::FactorError;
use linalg::dense::{singular_values, svd};
use linalg::slice::{dot, norm_inf};

use super::condition::{Answer, Condition};
use super::first_order::{FirstOrder, Lower};
use super::polytope::Polytope;
use super::{Place, StabilityOptions, box_radius};
use crate::SsnError;
use crate::regularity::{ACTIVE, RANK, smallest_curvature};

/// S₀(z̄) = argmin { sᵀf₀(z̄) : g₀(z̄, s) ≤ 0, ‖s − ȳ‖∞ ≤ R }, its multipliers, and what is active where.
#[derive(Clone, Debug)]
pub(super) struct Responses {
    /// Vertices ŷ_k of S₀(z̄).
    pub points: Vec<Vec<f64>>,
    /// ℓ and g₀ at (z̄, ŷ_k).
    pub derivatives: Vec<FirstOrder>,
    /// Vertices w_l of Λ(z̄), each over all rows (q).
    pub multipliers: Vec<Vec<f64>>,
    /// Rows with w > 0 in some multiplier, and equalities.
    pub strong: Vec<bool>,
    /// For each ŷ_k, the active inequalities; row q + 2j and q + 2j + 1 are s_j ≤ ȳ_j + R and s_j ≥ ȳ_j − R.
    pub active: Vec<Vec<usize>>,
    /// S₀(z̄) = {ŷ} with ŷ strongly regular.
    pub uniqueness: Condition,
    /// The points are all of S₀(z̄): their number, or why they are not known.
    pub completeness: Condition,
    /// ŷ is a vertex of the active rows, with as many of them strongly active as there are variables.
    pub is_strong_vertex: bool,
}

impl Responses {
    pub fn at(lower: &Lower, at: &Place, options: &StabilityOptions) -> Result<Self, SsnError> {
        let multipliers = multipliers(lower, at)?;
        let Some(multipliers) = multipliers else {
            return Ok(Responses::unknown(
                lower,
                at,
                "too many multipliers to enumerate",
            ));
        };
        let q = lower.equalities.len();
        let strong: Vec<bool> = (0..q)
            .map(|i| lower.equalities[i] || multipliers.iter().any(|w| w[i] > ACTIVE))
            .collect();
        let m = lower.ny;
        let normals: Vec<&[f64]> = (0..q)
            .filter(|&i| strong[i])
            .map(|i| &at.own.rows[i][2][..])
            .collect();
        let (rank, smallest) = rank(m, &normals)?;
        let is_vertex = rank == m;
        let mut responses = Responses {
            multipliers,
            strong,
            is_strong_vertex: is_vertex && normals.len() == m,
            ..Responses::unknown(lower, at, "one point")
        };
        responses.completeness = Condition::new(Answer::Holds, 1.0, "number of vertices of S₀");
        if is_vertex {
            let reason = "vertex, smallest singular value of its strongly active rows";
            responses.uniqueness = Condition::new(Answer::Holds, smallest, reason);
        } else if lower.is_affine_in_s {
            responses.enumerate(lower, at, options)?;
        } else {
            responses.curvature(lower, at, &normals)?;
        }
        Ok(responses)
    }

    fn unknown(lower: &Lower, at: &Place, reason: &'static str) -> Self {
        Responses {
            points: vec![at.y.to_vec()],
            derivatives: vec![at.own.clone()],
            multipliers: Vec::new(),
            strong: lower.equalities.clone(),
            active: vec![at.active.clone()],
            uniqueness: Condition::cannot_tell(reason),
            completeness: Condition::cannot_tell(reason),
            is_strong_vertex: false,
        }
    }

    /// The vertices of the optimal face, where g₀ is affine in s.
    fn enumerate(
        &mut self,
        lower: &Lower,
        at: &Place,
        options: &StabilityOptions,
    ) -> Result<(), SsnError> {
        let (m, q) = (lower.ny, lower.equalities.len());
        let radius = box_radius(options.radius, at.y);
        let mut face = Polytope::new(m, 1e-8);
        let mut unit = vec![0.0; m];
        for i in 0..q {
            let a = &at.own.rows[i][2];
            let b = dot(a, at.y) - at.own.values[i];
            if self.strong[i] {
                face.equal(a, dot(a, at.y));
            } else {
                face.at_most(a, b.max(dot(a, at.y)));
            }
        }
        for j in 0..m {
            unit[j] = 1.0;
            face.at_most(&unit, at.y[j] + radius);
            unit[j] = -1.0;
            face.at_most(&unit, radius - at.y[j]);
            unit[j] = 0.0;
        }
        let Some(points) = face.vertices(at.y) else {
            let reason = "S₀ has too many vertices to enumerate";
            self.uniqueness = Condition::cannot_tell(reason);
            self.completeness = Condition::cannot_tell(reason);
            return Ok(());
        };
        debug_assert!(!points.is_empty(), "S₀ contains y");
        self.derivatives.clear();
        self.active.clear();
        for point in &points {
            let own = lower.at(at.x, at.y, point)?;
            let mut active = active_rows(lower, &own);
            for j in 0..m {
                let moved = (point[j] - at.y[j]) / radius;
                if moved > 1.0 - ACTIVE {
                    active.push(q + 2 * j);
                } else if moved < ACTIVE - 1.0 {
                    active.push(q + 2 * j + 1);
                }
            }
            self.derivatives.push(own);
            self.active.push(active);
        }
        let count = points.len() as f64;
        self.uniqueness = Condition::new(Answer::Fails, count, "number of vertices of S₀");
        self.completeness = Condition::new(Answer::Holds, count, "number of vertices of S₀");
        self.points = points;
        Ok(())
    }

    /// Strict minimality of ȳ by the curvature of the active rows.
    fn curvature(&mut self, lower: &Lower, at: &Place, normals: &[&[f64]]) -> Result<(), SsnError> {
        let count = self.multipliers.len() as f64;
        let mut mean = vec![0.0; lower.equalities.len()];
        for w in &self.multipliers {
            mean.iter_mut()
                .zip(w)
                .for_each(|(mean, w)| *mean += w / count);
        }
        let hessian = lower.curvature(at.x, at.y, at.y, &mean);
        let least = smallest_curvature(&hessian, lower.ny, &normals.concat())?;
        let reason = "smallest curvature of wᵀg₀ on the critical directions";
        if least > RANK {
            self.uniqueness = Condition::new(Answer::Holds, least, reason);
        } else {
            self.uniqueness = Condition::new(Answer::CannotTell, least, reason);
            self.completeness = self.uniqueness;
        }
        Ok(())
    }
}

/// Inequalities with g₀ᵢ ≥ −[`ACTIVE`], relative to the length of the gradient by s.
pub(super) fn active_rows(lower: &Lower, own: &FirstOrder) -> Vec<usize> {
    let size = |i: usize| {
        own.rows[i]
            .iter()
            .map(|part| norm_inf(part))
            .fold(1.0, f64::max)
    };
    (0..own.values.len())
        .filter(|&i| !lower.equalities[i] && own.values[i] >= -ACTIVE * size(i))
        .collect()
}

/// Vertices of Λ(z̄) = { w : f₀ + Σ wᵢ∇ₛg₀ᵢ = 0, w ≥ 0 on active inequalities, 0 on inactive ones }; none when
/// they are too many.
///
/// What of f₀ no multipliers reach is left out: it is the residual of ȳ.
pub(super) fn multipliers(lower: &Lower, at: &Place) -> Result<Option<Vec<Vec<f64>>>, FactorError> {
    let rows: Vec<usize> = at.rows_of_g(lower).collect();
    let (m, k) = (lower.ny, rows.len());
    let f0 = &at.own.slope[2];
    let mut set = Polytope::new(k, super::SOLUTION);
    let small = m.min(k);
    let (mut u, mut sigma, mut v) = (vec![0.0; m * small], vec![0.0; small], vec![0.0; k * small]);
    if small > 0 {
        let normals: Vec<f64> = rows
            .iter()
            .flat_map(|&i| at.own.rows[i][2].iter().copied())
            .collect();
        svd(m, k, &normals, &mut u, &mut sigma, &mut v)?;
    }
    for (r, &s) in sigma.iter().enumerate() {
        if s > RANK * sigma[0] {
            let part = dot(&u[r * m..(r + 1) * m], f0);
            set.equal(&v[r * k..(r + 1) * k], -part / s);
        }
    }
    let mut unit = vec![0.0; k];
    for (j, &i) in rows.iter().enumerate() {
        if !lower.equalities[i] {
            unit[j] = -1.0;
            set.at_most(&unit, 0.0);
            unit[j] = 0.0;
        }
    }
    let spread = |w: &Vec<f64>| {
        let mut all = vec![0.0; lower.equalities.len()];
        for (&i, &w) in rows.iter().zip(w) {
            all[i] = if lower.equalities[i] { w } else { w.max(0.0) };
        }
        all
    };
    let vertices = set.vertices(&vec![0.0; k]);
    Ok(vertices.map(|all| all.iter().map(spread).collect()))
}

/// Rank of the rows, scaled to unit length, and the smallest singular value that counts; infinite without rows.
pub(super) fn rank(m: usize, rows: &[&[f64]]) -> Result<(usize, f64), FactorError> {
    let k = rows.len();
    if k == 0 || m == 0 {
        return Ok((0, f64::INFINITY));
    }
    let mut a = Vec::with_capacity(k * m);
    for row in rows {
        let size = linalg::slice::norm2(row).max(f64::MIN_POSITIVE);
        a.extend(row.iter().map(|v| v / size));
    }
    let mut sigma = vec![0.0; k.min(m)];
    singular_values(m, k, &a, &mut sigma)?;
    let rank = sigma.iter().filter(|&&s| s > RANK).count();
    let smallest = if rank == 0 { 0.0 } else { sigma[rank - 1] };
    Ok((rank, smallest))
}
