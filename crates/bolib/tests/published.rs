//! The published tables agree with the catalogue, except where they say that they do not.

mod common;

use bolib::{problem, problems};
use common::{fixture, gradient, hessian, list, numbers, stacked};
use nlp_model::TwiceSmooth;
use serde_json::Value;

/// Half a unit of the last printed digit, with room for rounding in binary.
const HALF_DIGIT: f64 = 0.0051;

/// How far the value at a point printed with two decimals may be from the value printed: first and
/// second order in the rounding of the point.
fn rounding(model: &dyn TwiceSmooth, z: &[f64]) -> f64 {
    let g: f64 = gradient(model, z).iter().map(|g| g.abs()).sum();
    let h: f64 = hessian(model, z, &vec![0.0; model.meta().ncon()], 1.0)
        .iter()
        .flatten()
        .map(|h| h.abs())
        .sum();
    HALF_DIGIT * (1.0 + g + 0.5 * HALF_DIGIT * h)
}

fn is_comparable(problem: &Value, run: &Value) -> bool {
    problem["not_comparable"].is_null() && run["not_comparable"].is_null()
}

#[test]
fn tables_and_catalogue_name_the_same_problems_and_starts() {
    let data = fixture("bolib_published.json");
    let entries = list(&data["problems"]);
    assert_eq!(entries.len(), problems().len());
    for (entry, p) in entries.iter().zip(problems()) {
        assert_eq!(entry["name"], p.name);
        assert_eq!(entry["number"], p.number);
        let alias = entry["name_in_paper"].as_str().expect("a name");
        assert_eq!(problem(alias).expect("known by that name").name, p.name);
        assert_eq!(
            entry["group"] == "convex",
            p.lower_convex_published,
            "{}",
            p.name
        );
        assert_eq!(entry["known"].as_f64(), p.reference.published, "{}", p.name);
        let starts: Vec<Vec<f64>> = list(&entry["starts"]).iter().map(stacked).collect();
        let ours: Vec<Vec<f64>> = p.starts.iter().map(|s| s.stacked()).collect();
        assert_eq!(starts, ours, "{}", p.name);
        let exponents: Vec<f64> = list(&entry["table1"])
            .iter()
            .map(|row| numbers(&row["exponent"])[0])
            .collect();
        assert_eq!(exponents, [-2.0, -1.0, 0.0, 1.0, 2.0]);
    }
}

#[test]
fn published_values_are_those_of_the_formulas_at_the_published_points() {
    let data = fixture("bolib_published.json");
    let mut compared = 0;
    for entry in list(&data["problems"]) {
        let p = problem(entry["name"].as_str().expect("a name")).expect("in the catalogue");
        let model = p.build();
        for run in list(&entry["runs"]) {
            let z = stacked(run);
            let agrees = |key: &str, level: &dyn TwiceSmooth| {
                let printed = numbers(&run[key])[0];
                // Near a kink, and where the derivative does not exist, the rule of rounding fails.
                let room = rounding(level, &z);
                room.is_nan() || (level.obj(&z) - printed).abs() <= room
            };
            if is_comparable(entry, run) {
                assert!(agrees("F", model.upper()), "{} {run}", p.name);
                let misprinted = !run["misprint"].is_null();
                assert_ne!(agrees("f", model.lower()), misprinted, "{} {run}", p.name);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 1245 - 10 - 15 - 10 - 5, "runs compared");
}

#[test]
fn runs_of_another_function_do_not_agree() {
    let data = fixture("bolib_published.json");
    let entry = &list(&data["problems"])[1];
    assert_eq!(entry["name"], "AllendeStill2013");
    assert!(!entry["not_comparable"].is_null());
    let model = problem("AllendeStill2013")
        .expect("in the catalogue")
        .build();
    for run in list(&entry["runs"]) {
        let z = stacked(run);
        let printed = numbers(&run["F"])[0];
        assert!((model.upper().obj(&z) - printed).abs() > 1.0, "{run}");
        // F of the paper with the misprint −x₁²: the numbers of the table come out.
        let (x1, x2, y1, y2) = (z[0], z[1], z[2], z[3]);
        let misprint = -x1 * x1 - 2.0 * x1 + x2 * x2 - 2.0 * x2 + y1 * y1 + y2 * y2;
        assert!((misprint - printed).abs() < 0.1, "{run}: {misprint}");
    }
}
