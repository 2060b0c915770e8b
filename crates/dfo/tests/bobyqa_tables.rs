//! The value functions of (CervinkaMatonohaOutrata2009), tables 1 to 3: they jump.

mod common;

use common::{data, list, number, numbers, step};
use dfo::bobyqa::{Options, Solution, Variant, minimize};
use serde_json::Value;

/// min over x of the largest value of the leader: ϑ of examples 1, 2 and 4.
fn pessimistic(x: &[f64]) -> f64 {
    x[0] * x[0] + step(x[0])
}

fn optimistic(x: &[f64]) -> f64 {
    x[0] * x[0] + if x[0] > 0.0 { 1.0 } else { 0.0 }
}

fn example_4(x: &[f64]) -> f64 {
    let [a, b] = [x[0] + step(x[0]), x[1] + step(x[1])];
    let q = x[0] * x[0] + x[1] * x[1];
    a * a + b * b + q * q
}

fn run(f: fn(&[f64]) -> f64, row: &Value, x0: &[f64], bounds: &str, variant: Variant) -> Solution {
    let options = Options {
        variant,
        radius: number(&row["RHOBEG"]),
        final_radius: number(&row["RHOEND"]),
        max_evaluations: 1000 * x0.len(),
        ..Options::default()
    };
    let bounds = numbers(&row[bounds]);
    let (lower, upper) = (vec![bounds[0]; x0.len()], vec![bounds[1]; x0.len()]);
    minimize(f, x0, &lower, &upper, &options).unwrap()
}

#[test]
fn tables_1_and_2_have_the_counts_of_powells_code_and_all_rows_are_solved() {
    let file = data("pessimistic_examples.json");
    for (table, f) in [
        ("table1", pessimistic as fn(&[f64]) -> f64),
        ("table2", optimistic),
    ] {
        for row in list(&file[table]) {
            let x0 = number(&row["x0"]);
            for (name, second) in [("n1", None), ("n2_x2_0", Some(0.0)), ("n2_x2_1", Some(1.0))] {
                let start: Vec<f64> = [x0].into_iter().chain(second).collect();
                let stored = &row["runs"][format!("powell_f77_{name}")];
                let found = run(f, row, &start, "bounds", Variant::Powell);
                assert_eq!(
                    found.evaluations as f64,
                    number(&stored["nf"]),
                    "{row} {found}"
                );

                assert_eq!(found.value <= 1e-6, stored["ok"] == true, "{row} {found}");
                let found = run(f, row, &start, "bounds", Variant::Modern);
                assert!(found.value <= 1e-6, "{table} {row}: {found}");
            }
        }
    }
}

#[test]
fn table_3_has_the_counts_of_the_report_where_its_inner_solver_was_exact() {
    let file = data("pessimistic_examples.json");
    let mut equal = 0;
    for row in list(&file["table3"]) {
        let x0 = numbers(&row["x0"]);
        let found = run(example_4, row, &x0, "box", Variant::Powell);
        let stored = &row["runs"]["powell_f77"];
        assert_eq!(
            found.evaluations as f64,
            number(&stored["nf"]),
            "{row} {found}"
        );
        equal += usize::from(found.evaluations as f64 == number(&row["paper"]["NFV"]));
        let found = run(example_4, row, &x0, "box", Variant::Modern);
        assert!(found.value <= 1e-6, "{row}: {found}");
    }
    assert_eq!(equal, 5); // 117 twice, 202 twice, 234
}
