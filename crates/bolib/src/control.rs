//! Bilevel optimal control of the Poisson equation, of any size.

use linalg::slice::dot;
use nlp_model::{Bilevel, Meta, TwiceSmooth};

use crate::quadratic::{Matrix, Quadratic};
use crate::{BolibError, Mesh};

/// Weight of the control in the lower objective.
const SIGMA: f64 = 1e-2;
/// Bounds of the control, −10 and 10.
const BOUND: f64 = 10.0;
/// Slope of the upper objective in x.
const K: [f64; 2] = [-0.1, -0.3];
/// Weights of the two profiles in the target state.
const TARGET: [f64; 2] = [0.2, 0.3];

/// How the discretised Poisson equation is stated in the lower level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PdeRows {
    /// One row h = 0 a node.
    #[default]
    Equality,
    /// Two rows e ≤ 0 and −e ≤ 0 a node, as published: no constraint qualification holds.
    OppositeInequalities,
}

/// A leader chooses two weights x, a follower controls a heated plate towards x₁p₁ + x₂p₂:
///
/// min F = ½ (Ea − t)ᵀM(Ea − t) − kᵀx  s.t.  x₁ + x₂ ≤ 1, x ≥ 0,
///
/// min f = ½ (a − Px)ᵀW(a − Px) + ½ σ cᵀBc  s.t.  −10 ≤ c ≤ 10, A a = B c
///
/// over the state a and the control c at the nᵢ = (N − 1)² interior nodes of a [`Mesh`];
/// y = (a, c). A and W are stiffness and mass matrix, B the lumped mass matrix, restricted to
/// interior nodes; M is the mass matrix over all nodes, E the extension by 0,
/// t = 0.2 p₁ + 0.3 p₂ at all nodes and P = (p₁, p₂) at interior ones, where at the point s
/// p₁ = 10 exp(−5 ((s₁ − 0.7)² + (s₂ − 0.3)²)), p₂ = 10 exp(−10 ((s₁ + 0.4)² + (s₂ − 0.5)²));
/// k = (−0.1, −0.3), σ = 0.01.
///
/// Both levels are quadratic with sparse, constant derivatives. Building costs O(N² log N).
///
/// # References
///
/// - P. Mehlitz, G. Wachsmuth, Weak and strong stationarity in generalized bilevel programming and
///   bilevel optimal control, Optimization 65 (2016) 907–935.
/// - The problem `OptimalControl` of BOLIB, version 2.
//
// Note (2026-11-22): BOLIB meshes the square with a mesh generator that cannot be reproduced; here
// the mesh is uniform, so that the problem is the same everywhere. With the equations as equalities
// the multipliers are unique; the published opposite inequalities make the Newton matrix singular.
#[derive(Debug)]
pub struct Control {
    mesh: Mesh,
    rows: PdeRows,
    upper: Quadratic,
    lower: Quadratic,
}

impl Control {
    /// The problem on a mesh of `cells` squares a side.
    ///
    /// ```
    /// use bolib::{Control, PdeRows};
    /// use nlp_model::Bilevel;
    ///
    /// let problem = Control::new(8, PdeRows::Equality)?;
    /// assert_eq!((problem.nx(), problem.ny()), (2, 98));
    /// assert_eq!(problem.lower().meta().ncon(), 3 * 49);
    /// # Ok::<(), bolib::BolibError>(())
    /// ```
    ///
    /// # Errors
    /// [`BolibError::CoarseGrid`] below 2 cells.
    pub fn new(cells: usize, rows: PdeRows) -> Result<Self, BolibError> {
        let mesh = Mesh::new(cells)?;
        let mass = mesh.mass();
        let inner_mass = mesh.restrict(&mass);
        let upper = upper_level(&mesh, &mass, &inner_mass);
        let lower = lower_level(&mesh, &inner_mass, rows);
        Ok(Control {
            mesh,
            rows,
            upper,
            lower,
        })
    }

    /// The mesh.
    pub fn mesh(&self) -> &Mesh {
        &self.mesh
    }

    /// Weight σ of the control in the lower objective.
    pub fn regularization(&self) -> f64 {
        SIGMA
    }

    /// Bounds of every entry of the control.
    pub fn control_bounds(&self) -> (f64, f64) {
        (-BOUND, BOUND)
    }

    /// The profiles p₁ and p₂ at a node.
    pub fn profiles(&self, node: usize) -> [f64; 2] {
        profiles(self.mesh.coordinates(node))
    }

    /// What ζ = (x, y, ξ, u, v, w) of the value-function system for λ on this mesh tells about `fine`.
    ///
    /// With y = (a, c) and ξ = (α, γ), the states a, α and the multipliers p, q of their equations solve
    /// elliptic equations and are interpolated. The controls c, γ and the multipliers of their bounds have
    /// kinks; they follow from p and q, node by node, such that on the fine mesh all rows without a
    /// derivative of a field hold exactly.
    ///
    /// # Panics
    /// On a ζ of another length, and on problems of which the equation is stated in another way.
    pub fn prolongate(&self, fine: &Control, zeta: &[f64], lambda: f64) -> Vec<f64> {
        assert_eq!(self.rows, fine.rows, "how the equation is stated");
        let (ni, leader) = (self.mesh.interior_nodes(), self.nx());
        let (rows, upper_rows) = (self.lower.meta.ncon(), self.upper.meta.ncon());
        let sizes = [leader, 2 * ni, 2 * ni, upper_rows, rows, rows];
        assert_eq!(zeta.len(), sizes.iter().sum::<usize>(), "length of ζ");
        let mut rest = zeta;
        let [x, y, xi, u, v, w] = sizes.map(|size| {
            let (part, others) = rest.split_at(size);
            rest = others;
            part
        });
        let carry = |field: &[f64]| self.mesh.prolongate(field, &fine.mesh);
        let equation = |multipliers: &[f64]| {
            let mut chunks = multipliers[2 * ni..].chunks(ni);
            let first = chunks.next().map(<[f64]>::to_vec).unwrap_or_default();
            chunks.fold(first, |p, opposite| {
                p.iter().zip(opposite).map(|(p, o)| p - o).collect()
            })
        };
        let (p, q) = (carry(&equation(v)), carry(&equation(w)));
        let nodes: Vec<Node> = p
            .iter()
            .zip(&q)
            .map(|(&p, &q)| Node::new(p, q, lambda))
            .collect();
        let of_nodes = |part: &dyn Fn(&Node) -> f64| nodes.iter().map(part).collect::<Vec<f64>>();
        let area = fine.mesh.side().powi(2);
        let multipliers = |bound: &dyn Fn(&Node) -> f64, equation: Vec<f64>| {
            let sides = [1.0, -1.0].map(|sign| of_nodes(&|n| area * (sign * bound(n)).max(0.0)));
            let equations = match self.rows {
                PdeRows::Equality => vec![equation],
                PdeRows::OppositeInequalities => [1.0, -1.0]
                    .map(|sign| equation.iter().map(|p| (sign * p).max(0.0)).collect())
                    .to_vec(),
            };
            [sides.concat(), equations.concat()].concat()
        };
        [
            x.to_vec(),
            carry(&y[..ni]),
            of_nodes(&|n| n.c),
            carry(&xi[..ni]),
            of_nodes(&|n| n.gamma),
            u.to_vec(),
            multipliers(&|n| n.v, p),
            multipliers(&|n| n.w, q),
        ]
        .concat()
    }
}

/// The controls and the multipliers of their bounds, per area, at a node.
#[derive(Clone, Copy, Debug)]
struct Node {
    c: f64,
    gamma: f64,
    v: f64,
    w: f64,
}

impl Node {
    /// The solution of  v = p − λσ (2c − γ),  w = q − σc,  where v and w are 0, ≥ 0 or ≤ 0 as c and γ lie between
    /// their bounds, at the upper or at the lower one.
    ///
    /// c follows from γ and grows with it, w falls as c grows: there is exactly one γ.
    fn new(p: f64, q: f64, lambda: f64) -> Self {
        let (p, q) = (p / (lambda * SIGMA), q / SIGMA);
        let control = |gamma: f64| (0.5 * (p + gamma)).clamp(-BOUND, BOUND);
        let gamma = if control(BOUND) <= q {
            BOUND
        } else if control(-BOUND) >= q {
            -BOUND
        } else {
            2.0 * q - p
        };
        let c = control(gamma);
        Node {
            c,
            gamma,
            v: lambda * SIGMA * (p + gamma - 2.0 * c),
            w: SIGMA * (q - c),
        }
    }
}

impl Bilevel for Control {
    fn nx(&self) -> usize {
        2
    }
    fn ny(&self) -> usize {
        2 * self.mesh.interior_nodes()
    }
    fn upper(&self) -> &dyn TwiceSmooth {
        &self.upper
    }
    fn lower(&self) -> &dyn TwiceSmooth {
        &self.lower
    }
}

/// p₁ and p₂ at the point s.
fn profiles([s1, s2]: [f64; 2]) -> [f64; 2] {
    let bump = |width: f64, c1: f64, c2: f64| {
        10.0 * (-width * ((s1 - c1).powi(2) + (s2 - c2).powi(2))).exp()
    };
    [bump(5.0, 0.7, 0.3), bump(10.0, -0.4, 0.5)]
}

/// F = ½ aᵀW a − (M t)ᵢᵀa − kᵀx + ½ tᵀM t over z = (x, a, c).
fn upper_level(mesh: &Mesh, mass: &Matrix, inner_mass: &Matrix) -> Quadratic {
    let target: Vec<f64> = (0..mesh.nodes())
        .map(|node| dot(&TARGET, &profiles(mesh.coordinates(node))))
        .collect();
    let mut weighted = vec![0.0; mesh.nodes()];
    mass.pattern.mul(&mass.values, &target, &mut weighted);

    let nvar = 2 + 2 * mesh.interior_nodes();
    let mut linear = vec![0.0; nvar];
    (linear[0], linear[1]) = (-K[0], -K[1]);
    for (q, &node) in linear[2..].iter_mut().zip(mesh.interior()) {
        *q = -weighted[node];
    }
    let rows = [(0, 0, 1.0), (0, 1, 1.0), (1, 0, -1.0), (2, 1, -1.0)];
    Quadratic {
        meta: Meta::new("Control (upper level)", nvar, 3),
        hess: Matrix::new(nvar, nvar, lower_triangle(inner_mass, 2)),
        linear,
        constant: 0.5 * dot(&target, &weighted),
        jac: Matrix::new(3, nvar, rows),
        offset: vec![-1.0, 0.0, 0.0],
    }
}

/// f = ½ xᵀPᵀW P x − aᵀW P x + ½ aᵀW a + ½ σ cᵀB c over z = (x, a, c).
fn lower_level(mesh: &Mesh, inner_mass: &Matrix, rows: PdeRows) -> Quadratic {
    let ni = mesh.interior_nodes();
    let (nvar, control) = (2 + 2 * ni, 2 + ni);
    let lumped = mesh.lumped_mass();
    let inner_lumped: Vec<f64> = mesh.interior().iter().map(|&node| lumped[node]).collect();
    let [p1, p2]: [Vec<f64>; 2] = [0, 1].map(|k| {
        let at_node = |&node: &usize| profiles(mesh.coordinates(node))[k];
        mesh.interior().iter().map(at_node).collect()
    });
    let [wp1, wp2]: [Vec<f64>; 2] = [&p1, &p2].map(|p| {
        let mut product = vec![0.0; ni];
        inner_mass.pattern.mul(&inner_mass.values, p, &mut product);
        product
    });

    let mut hess = vec![(0, 0, dot(&p1, &wp1)), (1, 0, dot(&p2, &wp1))];
    hess.extend((0..ni).map(|i| (2 + i, 0, -wp1[i])));
    hess.push((1, 1, dot(&p2, &wp2)));
    hess.extend((0..ni).map(|i| (2 + i, 1, -wp2[i])));
    hess.extend(lower_triangle(inner_mass, 2));
    hess.extend((0..ni).map(|i| (control + i, control + i, SIGMA * inner_lumped[i])));

    let mut jac: Vec<(usize, usize, f64)> = (0..ni).map(|i| (i, control + i, 1.0)).collect();
    jac.extend((0..ni).map(|i| (ni + i, control + i, -1.0)));
    let inner_stiffness = mesh.restrict(&mesh.stiffness());
    let mut pde = |first: usize, sign: f64| {
        jac.extend(
            inner_stiffness
                .iter()
                .map(|(i, j, v)| (first + i, 2 + j, sign * v)),
        );
        jac.extend((0..ni).map(|i| (first + i, control + i, -sign * inner_lumped[i])));
    };
    pde(2 * ni, 1.0);
    if rows == PdeRows::OppositeInequalities {
        pde(3 * ni, -1.0);
    }
    let (ncon, inequalities) = match rows {
        PdeRows::Equality => (3 * ni, 2 * ni),
        PdeRows::OppositeInequalities => (4 * ni, 4 * ni),
    };
    let mut offset = vec![0.0; ncon];
    offset[..2 * ni].fill(-BOUND);
    Quadratic {
        meta: Meta::new("Control (lower level)", nvar, ncon)
            .inequalities_then_equalities(inequalities),
        hess: Matrix::new(nvar, nvar, hess),
        linear: vec![0.0; nvar],
        constant: 0.0,
        jac: Matrix::new(ncon, nvar, jac),
        offset,
    }
}

/// The lower triangle of a symmetric matrix, moved along the diagonal.
fn lower_triangle(matrix: &Matrix, by: usize) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
    let lower = matrix.iter().filter(|&(i, j, _)| i >= j);
    lower.map(move |(i, j, value)| (i + by, j + by, value))
}
