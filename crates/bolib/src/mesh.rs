//! The uniform triangulation of a square, with its linear finite elements.

use std::collections::BTreeMap;

use crate::BolibError;
use crate::quadratic::Matrix;

/// [−1, 1]² in N × N squares, each cut in two triangles from lower left to upper right.
///
/// Nodes are numbered row by row from (−1, −1); interior nodes, (N − 1)² of them, are numbered
/// among themselves in the same order. Matrices are those of piecewise linear elements.
///
/// ```
/// let mesh = bolib::Mesh::new(4)?;
/// assert_eq!((mesh.nodes(), mesh.interior_nodes(), mesh.side()), (25, 9, 0.5));
/// assert_eq!(mesh.coordinates(mesh.interior()[4]), [0.0, 0.0]);
/// # Ok::<(), bolib::BolibError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mesh {
    cells: usize,
    interior: Vec<usize>,
}

impl Mesh {
    /// The mesh with `cells` squares a side.
    ///
    /// # Errors
    /// [`BolibError::CoarseGrid`] below 2 cells: there is no interior node.
    pub fn new(cells: usize) -> Result<Self, BolibError> {
        if cells < 2 {
            return Err(BolibError::CoarseGrid { cells });
        }
        let interior = (1..cells)
            .flat_map(|j| (1..cells).map(move |i| i + j * (cells + 1)))
            .collect();
        Ok(Mesh { cells, interior })
    }

    /// Squares a side, N.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Length of the side of a square, h = 2/N.
    pub fn side(&self) -> f64 {
        2.0 / self.cells as f64
    }

    /// Number of nodes, (N + 1)².
    pub fn nodes(&self) -> usize {
        (self.cells + 1).pow(2)
    }

    /// Number of interior nodes, (N − 1)².
    pub fn interior_nodes(&self) -> usize {
        self.interior.len()
    }

    /// The nodes inside the square, in order.
    pub fn interior(&self) -> &[usize] {
        &self.interior
    }

    /// Where a node lies.
    pub fn coordinates(&self, node: usize) -> [f64; 2] {
        let (i, j) = (node % (self.cells + 1), node / (self.cells + 1));
        [i, j].map(|k| k as f64 * self.side() - 1.0)
    }

    /// K over all nodes: ∫ ∇φᵢ·∇φⱼ. Entries that are zero on this mesh are left out.
    pub fn stiffness(&self) -> Matrix {
        // The gradients of the hat functions on the two triangles, in units of 1/h.
        let gradients = [
            [[-1.0, 0.0], [1.0, -1.0], [0.0, 1.0]],
            [[0.0, -1.0], [1.0, 0.0], [-1.0, 1.0]],
        ];
        self.assemble(|triangle, a, b| {
            let [p, q] = [gradients[triangle][a], gradients[triangle][b]];
            0.5 * (p[0] * q[0] + p[1] * q[1])
        })
    }

    /// M over all nodes: ∫ φᵢφⱼ.
    pub fn mass(&self) -> Matrix {
        let area = 0.5 * self.side().powi(2);
        self.assemble(|_, a, b| area / if a == b { 6.0 } else { 12.0 })
    }

    /// The row sums of M over all nodes: ∫ φᵢ.
    pub fn lumped_mass(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.nodes()];
        for (i, _, value) in self.mass().iter() {
            sums[i] += value;
        }
        sums
    }

    /// The rows and columns of the interior nodes.
    pub fn restrict(&self, matrix: &Matrix) -> Matrix {
        let mut place = vec![None; self.nodes()];
        for (k, &node) in self.interior.iter().enumerate() {
            place[node] = Some(k);
        }
        let inside = matrix
            .iter()
            .filter_map(|(i, j, value)| Some((place[i]?, place[j]?, value)));
        Matrix::new(self.interior_nodes(), self.interior_nodes(), inside)
    }

    /// A field at the interior nodes, 0 on the boundary, read at the interior nodes of another mesh by cubic
    /// interpolation along each axis.
    ///
    /// Solutions of elliptic equations are smooth while their linear elements are not; at the nodes both differ
    /// by O(h²), and cubic interpolation adds no more than that. Exact for polynomials of degree 3 in each
    /// coordinate (less below 3 cells) that vanish on the boundary. Costs O(N²) operations.
    ///
    /// ```
    /// let (coarse, fine) = (bolib::Mesh::new(2)?, bolib::Mesh::new(4)?);
    /// let bubble = coarse.prolongate(&[1.0], &fine); // (1 − s₁²)(1 − s₂²)
    /// assert_eq!(bubble, [0.5625, 0.75, 0.5625, 0.75, 1.0, 0.75, 0.5625, 0.75, 0.5625]);
    /// # Ok::<(), bolib::BolibError>(())
    /// ```
    ///
    /// # Panics
    /// On a field of another length than [`interior_nodes`](Mesh::interior_nodes).
    pub fn prolongate(&self, field: &[f64], other: &Mesh) -> Vec<f64> {
        assert_eq!(field.len(), self.interior_nodes(), "length of the field");
        let inner = self.cells - 1;
        let stencils: Vec<Stencil> = (1..other.cells)
            .map(|k| Stencil::new(k, self.cells, other.cells))
            .collect();
        // along the rows of this mesh, then across them
        let along: Vec<Vec<f64>> = field
            .chunks(inner)
            .map(|row| stencils.iter().map(|s| s.read(|i| row[i])).collect())
            .collect();
        let across = |s: &Stencil| {
            let columns = 0..stencils.len();
            let read = |k: usize| s.read(|j| along[j][k]);
            columns.map(read).collect::<Vec<f64>>()
        };
        stencils.iter().flat_map(across).collect()
    }

    /// The sum over all triangles of 3 × 3 matrices, column by column.
    fn assemble(&self, element: impl Fn(usize, usize, usize) -> f64) -> Matrix {
        let mut columns: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let across = self.cells + 1;
        for j in 0..self.cells {
            for i in 0..self.cells {
                let corner = i + j * across;
                let opposite = corner + across + 1;
                let triangles = [
                    [corner, corner + 1, opposite],
                    [corner, opposite, corner + across],
                ];
                for (triangle, vertices) in triangles.iter().enumerate() {
                    for (a, &row) in vertices.iter().enumerate() {
                        for (b, &col) in vertices.iter().enumerate() {
                            *columns.entry((col, row)).or_default() += element(triangle, a, b);
                        }
                    }
                }
            }
        }
        let entries = columns.into_iter().filter(|&(_, value)| value != 0.0);
        let entries = entries.map(|((col, row), value)| (row, col, value));
        Matrix::new(self.nodes(), self.nodes(), entries)
    }
}

/// Interpolation in one coordinate from up to four nodes next to a point.
#[derive(Debug)]
struct Stencil {
    /// The first of the nodes, of which 0 and `cells` lie on the boundary.
    first: usize,
    cells: usize,
    /// The polynomials of Lagrange at the point.
    weights: Vec<f64>,
}

impl Stencil {
    /// At k/other of the way through `cells` cells.
    fn new(k: usize, cells: usize, other: usize) -> Self {
        let nodes = 4.min(cells + 1);
        let first = (k * cells / other).saturating_sub(1).min(cells + 1 - nodes);
        // in integers, so that nodes are met exactly
        let at = (k * cells) as f64 / other as f64 - first as f64;
        let weight = |i: usize| {
            let others = (0..nodes).filter(|&j| j != i);
            let factor = |j: usize| (at - j as f64) / (i as f64 - j as f64);
            others.map(factor).product()
        };
        Stencil {
            first,
            cells,
            weights: (0..nodes).map(weight).collect(),
        }
    }

    /// The value of the interpolant; `value(i)` is the field at interior node i + 1.
    fn read(&self, value: impl Fn(usize) -> f64) -> f64 {
        let terms = self.weights.iter().enumerate().map(|(i, weight)| {
            let node = self.first + i;
            if node == 0 || node == self.cells {
                0.0
            } else {
                weight * value(node - 1)
            }
        });
        terms.sum()
    }
}
