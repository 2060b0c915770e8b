//! Vertices of small polyhedra.

use linalg::slice::{axpy, dot, norm2};

/// { s : aᵢᵀs = bᵢ for i in `equal`, aᵢᵀs ≤ bᵢ for the others }, with rows of unit length.
#[derive(Clone, Debug)]
pub(super) struct Polytope {
    dimension: usize,
    equal: Vec<(Vec<f64>, f64)>,
    at_most: Vec<(Vec<f64>, f64)>,
    tolerance: f64,
}

/// Nodes of the enumeration: combinations of rows, most of them beginnings of others.
const NODES: usize = 400_000;
/// Vertices that are kept.
const VERTICES: usize = 2_000;
/// A row counts as dependent on others when less than this of its unit length is left beside them.
const DEPENDENT: f64 = 1e-9;

impl Polytope {
    /// All of ℝⁿ; rows count as satisfied up to `tolerance`, relative to 1 + |b|.
    pub fn new(dimension: usize, tolerance: f64) -> Self {
        Polytope {
            dimension,
            equal: Vec::new(),
            at_most: Vec::new(),
            tolerance,
        }
    }

    /// Adds aᵀs = b.
    pub fn equal(&mut self, a: &[f64], b: f64) {
        self.equal.extend(unit(a, b));
    }

    /// Adds aᵀs ≤ b.
    pub fn at_most(&mut self, a: &[f64], b: f64) {
        self.at_most.extend(unit(a, b));
    }

    /// All vertices, each once; none when they are too many to enumerate. Every combination of
    /// independent rows is tried, with the equalities in each: no more than a few hundred thousand.
    pub fn vertices(&self, near: &[f64]) -> Option<Vec<Vec<f64>>> {
        let mut search = Search {
            polytope: self,
            basis: Vec::new(),
            found: Vec::new(),
            nodes: 0,
        };
        let mut point = near.to_vec();
        for (a, b) in &self.equal {
            search.push(a, *b, &mut point);
        }
        search.descend(0, &point).then_some(search.found)
    }

    fn contains(&self, s: &[f64]) -> bool {
        let slack = |(a, b): &(Vec<f64>, f64)| (dot(a, s) - b) / (1.0 + b.abs());
        let equal = self
            .equal
            .iter()
            .all(|row| slack(row).abs() <= self.tolerance);
        equal && self.at_most.iter().all(|row| slack(row) <= self.tolerance)
    }
}

/// The row with ‖a‖ = 1; none when a = 0.
fn unit(a: &[f64], b: f64) -> Option<(Vec<f64>, f64)> {
    let size = norm2(a);
    (size > 0.0).then(|| (a.iter().map(|a| a / size).collect(), b / size))
}

struct Search<'a> {
    polytope: &'a Polytope,
    /// Orthonormal, spanning the rows that hold with equality.
    basis: Vec<Vec<f64>>,
    found: Vec<Vec<f64>>,
    nodes: usize,
}

impl Search<'_> {
    /// Moves `point` onto the row without leaving those before; false when it depends on them.
    fn push(&mut self, a: &[f64], b: f64, point: &mut [f64]) -> bool {
        let mut q = a.to_vec();
        for _ in 0..2 {
            for e in &self.basis {
                let part = dot(e, &q);
                axpy(-part, e, &mut q);
            }
        }
        let size = norm2(&q);
        if size <= DEPENDENT {
            return false;
        }
        q.iter_mut().for_each(|q| *q /= size);
        axpy((b - dot(a, point)) / size, &q, point);
        self.basis.push(q);
        true
    }

    /// Adds rows from `first` on until the point is determined; false at the limits.
    fn descend(&mut self, first: usize, point: &[f64]) -> bool {
        self.nodes += 1;
        if self.nodes > NODES || self.found.len() > VERTICES {
            return false;
        }
        if self.basis.len() == self.polytope.dimension {
            let is_new = |s: &[f64]| {
                let near = |t: &Vec<f64>| s.iter().zip(t).all(|(s, t)| (s - t).abs() <= 1e-7);
                !self.found.iter().any(near)
            };
            if self.polytope.contains(point) && is_new(point) {
                self.found.push(point.to_vec());
            }
            return true;
        }
        let polytope = self.polytope;
        for (k, (a, b)) in polytope.at_most.iter().enumerate().skip(first) {
            let mut moved = point.to_vec();
            if self.push(a, *b, &mut moved) {
                let is_complete = self.descend(k + 1, &moved);
                self.basis.pop();
                if !is_complete {
                    return false;
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Polytope;

    #[test]
    fn a_cut_cube_has_ten_vertices_and_its_face_five() {
        // the cube [−1, 1]³ without the corner x + y + z > 2
        let mut cube = Polytope::new(3, 1e-9);
        for j in 0..3 {
            let mut a = [0.0; 3];
            a[j] = 2.0;
            cube.at_most(&a, 2.0);
            cube.at_most(&a.map(|a| -a), 2.0);
        }
        cube.at_most(&[1.0; 3], 2.0);
        assert_eq!(cube.vertices(&[0.0; 3]).unwrap().len(), 10);
        cube.equal(&[0.0, 0.0, 1.0], 1.0);
        let mut face = cube.vertices(&[0.0; 3]).unwrap();
        face.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(face.len(), 5, "{face:?}");
        assert!(
            (face[4][0] - 1.0).abs() < 1e-12 && face[4][1].abs() < 1e-12,
            "{face:?}"
        );
    }

    #[test]
    fn an_empty_set_has_none() {
        let mut empty = Polytope::new(1, 1e-9);
        empty.at_most(&[1.0], 0.0);
        empty.at_most(&[-1.0], -1.0);
        assert_eq!(empty.vertices(&[0.0]), Some(Vec::new()));
    }
}
