//! Values and derivatives of the catalogue against those of the original MATLAB code.

mod common;

use bolib::{Problem, problem};
use common::{constraints, fixture, gradient, hessian, jacobian, list, numbers, stacked};
use nlp_model::TwiceSmooth;
use serde_json::Value;

/// Largest error of a block, relative to 1 + its largest entry; NaN stays.
fn error(what: &str, found: &[f64], expected: &Value) -> f64 {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{what}: size of the block");
    let scale = 1.0 + expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
    let mut worst = 0.0;
    for (f, e) in found.iter().zip(&expected) {
        let err = (f - e).abs() / scale;
        assert!(err <= 1e-9, "{what}: {f} is not {e}");
        worst = f64::max(worst, err);
    }
    worst
}

/// The blocks xx, xy (row y, column x) and yy of a Hessian.
fn blocks(h: &[Vec<f64>], nx: usize) -> [Vec<f64>; 3] {
    let part = |rows: std::ops::Range<usize>, cols: std::ops::Range<usize>| {
        let row = |i: usize| h[i][cols.clone()].to_vec();
        rows.flat_map(row).collect::<Vec<f64>>()
    };
    let n = h.len();
    [part(0..nx, 0..nx), part(nx..n, 0..nx), part(nx..n, nx..n)]
}

fn level(p: &Problem, model: &dyn TwiceSmooth, point: &Value, obj: &str, cons: &str) -> f64 {
    let z = stacked(point);
    let m = model.meta().ncon();
    let what = |part: &str| format!("{} {part}", p.name);
    let mut worst = error(&what(obj), &[model.obj(&z)], &point[obj]);
    let mut note = |part: String, found: &[f64]| {
        worst = f64::max(worst, error(&what(&part), found, &point[&part]));
    };
    note(cons.to_string(), &constraints(model, &z));
    let g = gradient(model, &z);
    note(format!("{obj}x"), &g[..p.nx]);
    note(format!("{obj}y"), &g[p.nx..]);
    let of_obj = blocks(&hessian(model, &z, &vec![0.0; m], 1.0), p.nx);
    let mut of_rows: [Vec<f64>; 3] = Default::default();
    for i in 0..m {
        let mut y = vec![0.0; m];
        y[i] = 1.0;
        let of_row = blocks(&hessian(model, &z, &y, 0.0), p.nx);
        for (all, row) in of_rows.iter_mut().zip(of_row) {
            all.extend(row);
        }
    }
    for (block, suffix) in ["xx", "xy", "yy"].iter().enumerate() {
        note(format!("{obj}{suffix}"), &of_obj[block]);
        note(format!("{cons}{suffix}"), &of_rows[block]);
    }
    let jac = jacobian(model, &z);
    let columns = |range: std::ops::Range<usize>| -> Vec<f64> {
        jac.iter()
            .flat_map(|row| row[range.clone()].to_vec())
            .collect()
    };
    note(format!("{cons}x"), &columns(0..p.nx));
    note(format!("{cons}y"), &columns(p.nx..z.len()));
    worst
}

#[test]
fn values_and_derivatives_equal_those_of_the_original_code() {
    let data = fixture("bolib_derivatives.json");
    let (mut worst, mut where_) = (0.0, String::new());
    let mut points = 0;
    for entry in list(&data["problems"]) {
        let p = problem(entry["name"].as_str().expect("a name")).expect("in the catalogue");
        let model = p.build();
        for point in list(&entry["points"]) {
            let upper = level(p, model.upper(), point, "F", "G");
            let lower = level(p, model.lower(), point, "f", "g");
            points += 1;
            if upper.max(lower) > worst {
                (worst, where_) = (upper.max(lower), p.name.to_string());
            }
        }
    }
    println!("largest relative error {worst:.1e} ({where_}), {points} points");
    assert_eq!(points, 3 * 124);
}

#[test]
fn derivatives_agree_with_differences_away_from_kinks() {
    let data = fixture("bolib_derivatives.json");
    for entry in list(&data["problems"]) {
        let p = problem(entry["name"].as_str().expect("a name")).expect("in the catalogue");
        let model = p.build();
        for point in list(&entry["points"]) {
            let z = stacked(point);
            for (name, level) in [("upper", model.upper()), ("lower", model.lower())] {
                let errors = nlp_model::check::derivatives(level, &z).expect("a finite point");
                assert!(
                    errors.max() <= 1e-6,
                    "{} {name}: {errors:?} at {z:?}",
                    p.name
                );
            }
        }
    }
}
