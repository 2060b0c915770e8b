//! The control problem: its finite elements, its two levels, its optimal value.

mod common;

use bolib::{BolibError, Control, Mesh, PdeRows};
use common::{constraints, fixture, hessian, jacobian, list, numbers};
use linalg::{DenseLu, Factorization};
use nlp_model::{Bilevel, check::derivatives};
use proptest::prelude::*;

fn dense(matrix: &bolib::Matrix) -> Vec<Vec<f64>> {
    let mut rows = vec![vec![0.0; matrix.pattern.ncols()]; matrix.pattern.nrows()];
    for (i, j, value) in matrix.iter() {
        assert_eq!(rows[i][j], 0.0, "an entry twice");
        rows[i][j] = value;
    }
    rows
}

#[test]
fn a_grid_without_interior_node_is_refused() {
    for cells in [0, 1] {
        let error = Control::new(cells, PdeRows::Equality).unwrap_err();
        assert_eq!(error, BolibError::CoarseGrid { cells });
    }
    assert_eq!(
        Control::new(2, PdeRows::Equality)
            .expect("one interior node")
            .ny(),
        2
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn stiffness_and_mass_integrate_constants_and_coordinates(cells in 2usize..=24) {
        let mesh = Mesh::new(cells).expect("fine enough");
        let (k, m) = (mesh.stiffness(), mesh.mass());
        let n = mesh.nodes();
        let product = |a: &bolib::Matrix, v: &[f64]| {
            let mut out = vec![0.0; n];
            a.pattern.mul(&a.values, v, &mut out);
            out
        };
        for a in [&k, &m] {
            let mut transposed = vec![0.0; n];
            let v: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
            a.pattern.mul_transpose(&a.values, &v, &mut transposed);
            for (a, b) in product(a, &v).iter().zip(&transposed) {
                prop_assert!((a - b).abs() < 1e-12, "symmetric");
            }
        }
        // K 1 = 0: constants have no gradient. xᵀK x = 4: the gradient of s₁ has length 1.
        prop_assert!(product(&k, &vec![1.0; n]).iter().all(|v| v.abs() < 1e-12));
        let s: Vec<f64> = (0..n).map(|i| mesh.coordinates(i)[0]).collect();
        prop_assert!((linalg::slice::dot(&s, &product(&k, &s)) - 4.0).abs() < 1e-11);
        // 1ᵀM 1 = 4, the area; sᵀM s = ∫ s₁² = 4/3, exact for linear elements.
        let total: f64 = product(&m, &vec![1.0; n]).iter().sum();
        prop_assert!((total - 4.0).abs() < 1e-11);
        prop_assert!((linalg::slice::dot(&s, &product(&m, &s)) - 4.0 / 3.0).abs() < 1e-11);
    }
}

#[test]
fn stencils_are_those_of_the_uniform_mesh() {
    // Numbers by hand: an interior node touches six triangles of area h²/2.
    let mesh = Mesh::new(5).expect("fine enough");
    let h2 = mesh.side().powi(2);
    let node = mesh.interior()[5]; // (2, 2) of a grid of 6 × 6 nodes
    assert_eq!(node, 14);
    let stiffness = &dense(&mesh.stiffness())[node];
    let mass = &dense(&mesh.mass())[node];
    for j in 0..mesh.nodes() {
        let (k, m) = match j as i64 - node as i64 {
            0 => (4.0, h2 / 2.0),
            -6 | -1 | 1 | 6 => (-1.0, h2 / 12.0),
            -7 | 7 => (0.0, h2 / 12.0), // lower left and upper right
            _ => (0.0, 0.0),
        };
        assert_eq!(stiffness[j], k, "K at {j}");
        assert!((mass[j] - m).abs() < 1e-16, "M at {j}");
    }
    let lumped = mesh.lumped_mass();
    for &node in mesh.interior() {
        assert!((lumped[node] - h2).abs() < 1e-15);
    }
    // The corners on the cut touch two triangles, the others one.
    let corners = [0, 5, 30, 35].map(|node| (lumped[node] * 6.0 / h2).round());
    assert_eq!(corners, [2.0, 1.0, 1.0, 2.0]);
}

#[test]
fn cubic_polynomials_that_vanish_on_the_boundary_are_carried_exactly() {
    let cubic = |s: f64| (1.0 - s * s) * (0.7 + 0.4 * s);
    let field = |mesh: &Mesh| -> Vec<f64> {
        let at = |&node: &usize| mesh.coordinates(node).map(cubic).iter().product();
        mesh.interior().iter().map(at).collect()
    };
    for (cells, others) in [(3, 6), (4, 8), (5, 15), (8, 6), (7, 11)] {
        let mesh = Mesh::new(cells).expect("fine enough");
        let other = Mesh::new(others).expect("fine enough");
        let carried = mesh.prolongate(&field(&mesh), &other);
        for (a, b) in carried.iter().zip(field(&other)) {
            assert!((a - b).abs() < 1e-13, "{cells} to {others}: {a} {b}");
        }
    }
}

#[test]
fn nodes_that_two_meshes_share_keep_their_values() {
    for (cells, times) in [(2, 2), (3, 2), (5, 3), (4, 4)] {
        let coarse = Mesh::new(cells).expect("fine enough");
        let fine = Mesh::new(cells * times).expect("fine enough");
        let field: Vec<f64> = (0..coarse.interior_nodes())
            .map(|i| (1.7 * i as f64).sin())
            .collect();
        let carried = coarse.prolongate(&field, &fine);
        assert_eq!(fine.prolongate(&carried, &coarse), field);
    }
}

#[test]
fn carried_controls_satisfy_their_rows_node_by_node() {
    for rows in [PdeRows::Equality, PdeRows::OppositeInequalities] {
        let [coarse, fine] = [4, 8].map(|cells| Control::new(cells, rows).expect("fine"));
        let per_node = if rows == PdeRows::Equality { 10 } else { 12 };
        let (few, many) = (9, 49);
        let zeta: Vec<f64> = (0..5 + per_node * few)
            .map(|i| 0.4 * (1.3 * i as f64).sin())
            .collect();
        let mut inside = [0, 0];
        for lambda in [1.0 / 9.0, 1.0, 9.0] {
            let carried = coarse.prolongate(&fine, &zeta, lambda);
            assert_eq!(carried.len(), 5 + per_node * many);
            assert_eq!(carried[..2], zeta[..2]);
            let (fields, rest) = carried[2..].split_at(4 * many);
            assert_eq!(rest[..3], zeta[2 + 4 * few..5 + 4 * few]);
            let (v, w) = rest[3..].split_at(rest[3..].len() / 2);
            let area = fine.mesh().side().powi(2);
            let sigma = fine.regularization();
            for i in 0..many {
                let (c, gamma) = (fields[many + i], fields[3 * many + i]);
                let equation = |m: &[f64]| match rows {
                    PdeRows::Equality => m[2 * many + i],
                    PdeRows::OppositeInequalities => m[2 * many + i] - m[3 * many + i],
                };
                // both rows of the value-function system that belong to c and γ
                let by_c = lambda * sigma * area * (2.0 * c - gamma) + v[i] - v[many + i];
                assert!((by_c - area * equation(v)).abs() < 1e-14, "{by_c}");
                let by_gamma = sigma * area * c + w[i] - w[many + i];
                assert!((by_gamma - area * equation(w)).abs() < 1e-14, "{by_gamma}");
                for (k, (control, m)) in [(c, v), (gamma, w)].into_iter().enumerate() {
                    let (upper, lower) = (m[i], m[many + i]);
                    assert!(control.abs() <= 10.0 && upper >= 0.0 && lower >= 0.0);
                    assert!(upper * (10.0 - control) < 1e-14 && lower * (10.0 + control) < 1e-14);
                    inside[k] += usize::from(control.abs() < 10.0);
                }
            }
        }
        // both cases occur, for either control
        assert!(inside.iter().all(|&n| n > 0 && n < 3 * many), "{inside:?}");
    }
}

#[test]
fn derivatives_of_both_levels_agree_with_differences() {
    for rows in [PdeRows::Equality, PdeRows::OppositeInequalities] {
        let problem = Control::new(4, rows).expect("fine enough");
        let nvar = 2 + problem.ny();
        let z: Vec<f64> = (0..nvar).map(|i| (1.3 * i as f64).cos()).collect();
        for level in [problem.upper(), problem.lower()] {
            let errors = derivatives(level, &z).expect("a finite point");
            assert!(errors.max() < 1e-8, "{errors:?}");
            assert_eq!(errors.hessian_directional, 0.0);
            assert!(level.hess_structure().is_lower_triangle());
        }
    }
}

#[test]
fn opposite_inequalities_are_the_equation_twice() {
    let equality = Control::new(3, PdeRows::Equality).expect("fine enough");
    let twice = Control::new(3, PdeRows::OppositeInequalities).expect("fine enough");
    let ni = 4;
    let z: Vec<f64> = (0..10).map(|i| (0.7 * f64::from(i)).sin()).collect();
    let (c, cc) = (
        constraints(equality.lower(), &z),
        constraints(twice.lower(), &z),
    );
    assert_eq!((c.len(), cc.len()), (3 * ni, 4 * ni));
    assert_eq!(c[..], cc[..3 * ni]);
    for i in 0..ni {
        assert_eq!(cc[3 * ni + i], -cc[2 * ni + i]);
        assert!(
            (c[i] - (z[2 + ni + i] - 10.0)).abs() < 1e-15,
            "upper bound of the control"
        );
        assert!(
            (c[ni + i] - (-10.0 - z[2 + ni + i])).abs() < 1e-15,
            "lower bound"
        );
    }
    let kinds = |p: &Control| -> Vec<bool> {
        let meta = p.lower().meta();
        (0..meta.ncon()).map(|i| meta.is_equality(i)).collect()
    };
    assert_eq!(
        kinds(&equality),
        [[false; 8].to_vec(), [true; 4].to_vec()].concat()
    );
    assert_eq!(kinds(&twice), [false; 16]);
}

#[test]
fn both_objectives_are_sums_of_squares_at_a_point_with_a_known_value() {
    // a = P x with x = (0.2, 0.3) and no control: the lower objective is 0, and the state differs
    // from the target on the boundary only.
    let problem = Control::new(6, PdeRows::Equality).expect("fine enough");
    let (mesh, ni) = (problem.mesh(), problem.mesh().interior_nodes());
    let mut z = vec![0.0; 2 + 2 * ni];
    (z[0], z[1]) = (0.2, 0.3);
    for (a, &node) in z[2..].iter_mut().zip(mesh.interior()) {
        let [p1, p2] = problem.profiles(node);
        *a = 0.2 * p1 + 0.3 * p2;
    }
    assert!(problem.lower().obj(&z).abs() < 1e-12);
    let inside = mesh.interior();
    let gap: Vec<f64> = (0..mesh.nodes())
        .map(|node| {
            let [p1, p2] = problem.profiles(node);
            if inside.contains(&node) {
                0.0
            } else {
                0.2 * p1 + 0.3 * p2
            }
        })
        .collect();
    let mass = mesh.mass();
    let mut product = vec![0.0; mesh.nodes()];
    mass.pattern.mul(&mass.values, &gap, &mut product);
    let expected = 0.5 * linalg::slice::dot(&gap, &product) + 0.1 * 0.2 + 0.3 * 0.3;
    assert!((problem.upper().obj(&z) - expected).abs() < 1e-12);
}

/// The lower-level solution (a, c) for fixed x, by an active-set method on the public model: with
/// multipliers q of the equations, c = clamp(q / σ), W (a − P x) + A q = 0, A a = B c.
fn solve_lower(problem: &Control, x: &[f64]) -> Vec<f64> {
    let ni = problem.mesh().interior_nodes();
    let z = [x, &vec![0.0; 2 * ni]].concat();
    let h = hessian(problem.lower(), &z, &vec![0.0; 3 * ni], 1.0);
    let jac = jacobian(problem.lower(), &z);
    let (sigma, (low, high)) = (problem.regularization(), problem.control_bounds());
    let (mut q, mut a) = (vec![0.0; ni], vec![0.0; ni]);
    let n = 2 * ni;
    for _ in 0..30 {
        let control: Vec<f64> = q.iter().map(|q| f64::clamp(q / sigma, low, high)).collect();
        let free: Vec<bool> = q
            .iter()
            .map(|q| (q / sigma) > low && (q / sigma) < high)
            .collect();
        let (mut matrix, mut rhs) = (vec![0.0; n * n], vec![0.0; n]);
        for i in 0..ni {
            let b = -jac[2 * ni + i][2 + ni + i];
            for j in 0..ni {
                matrix[i + j * n] = h[2 + i][2 + j]; // W
                matrix[i + (ni + j) * n] = jac[2 * ni + j][2 + i]; // Aᵀ
                matrix[ni + i + j * n] = jac[2 * ni + i][2 + j]; // A
            }
            if free[i] {
                matrix[ni + i + (ni + i) * n] = -b / sigma;
            } else {
                rhs[ni + i] = b * control[i];
            }
            rhs[i] = -(h[2 + i][0] * x[0] + h[2 + i][1] * x[1]);
        }
        let mut lu = DenseLu::new(n);
        lu.factor_dense(&matrix).expect("a regular system");
        lu.solve(&mut rhs);
        let moved: f64 = q
            .iter()
            .zip(&rhs[ni..])
            .map(|(q, r)| (q - r).abs())
            .fold(0.0, f64::max);
        a.copy_from_slice(&rhs[..ni]);
        q.copy_from_slice(&rhs[ni..]);
        if moved < 1e-13 {
            let c = q.iter().map(|q| f64::clamp(q / sigma, low, high));
            return [x.to_vec(), a, c.collect()].concat();
        }
    }
    panic!("the active set does not settle");
}

#[test]
fn the_reference_values_come_out_at_the_reference_points() {
    let data = fixture("control_reference.json");
    let mut compared = 0;
    for row in list(&data["exact"]) {
        let cells = row["Nc"].as_u64().expect("a count") as usize;
        if cells > 8 {
            continue; // dense algebra in this test
        }
        let problem = Control::new(cells, PdeRows::Equality).expect("fine enough");
        let z = solve_lower(&problem, &numbers(&row["x"]));
        let equations = &constraints(problem.lower(), &z)[2 * problem.mesh().interior_nodes()..];
        assert!(equations.iter().all(|e| e.abs() < 1e-12));
        let found = problem.upper().obj(&z);
        let expected = numbers(&row["F"])[0];
        assert!(
            (found - expected).abs() < 1e-13,
            "{cells} cells: {found} is not {expected}"
        );
        // And x is a local optimum of the reduced problem.
        for step in [[1e-3, 0.0], [-1e-3, 0.0], [0.0, 1e-3], [0.0, -1e-3]] {
            let x = [z[0] + step[0], z[1] + step[1]];
            let moved = problem.upper().obj(&solve_lower(&problem, &x));
            assert!(moved > expected, "{cells} cells, {step:?}: {moved}");
        }
        compared += 1;
    }
    assert_eq!(compared, 4);
}
