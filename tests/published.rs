//! The published runs of (DuttaLafhimZemkohoZhou2024), row by row.

use stackelberg::bolib;
use stackelberg::ssn::{Options, value_function::solve_bilevel};
use stackelberg_tests::data;

#[test]
fn the_published_algorithm_reproduces_at_least_72_percent_of_the_rows() {
    let published = data("bolib_published.json");
    let (mut comparable, mut matched, mut same_iterations) = (0, 0, 0);
    for row in published["problems"].as_array().unwrap() {
        if row["not_comparable"].is_string() {
            continue;
        }
        let problem = bolib::problem(row["name"].as_str().unwrap()).unwrap();
        let model = problem.build();
        for run in row["runs"].as_array().unwrap() {
            if run["not_comparable"].is_string() {
                continue;
            }
            let lambda = 3f64.powi(run["exponent"].as_i64().unwrap() as i32);
            let start = problem.starts[run["start"].as_u64().unwrap() as usize];
            let ours =
                solve_bilevel(&*model, start.x, start.y, lambda, &Options::published()).unwrap();
            let theirs = run["F"].as_f64().unwrap();
            comparable += 1;
            if (ours.objective - theirs).abs() <= 1e-2 * theirs.abs().max(1.0) {
                matched += 1;
                same_iterations +=
                    usize::from(run["iter"].as_u64() == Some(ours.iterations as u64));
            }
        }
    }
    assert_eq!(comparable, 1205);
    assert!(
        matched * 100 >= comparable * 72,
        "{matched} of {comparable}"
    );
    assert!(
        same_iterations > 400,
        "{same_iterations} with the same number of iterations"
    );
}

#[test]
fn the_production_variant_converges_in_at_least_90_percent_of_the_rows() {
    let (mut runs, mut converged, mut iterations) = (0, 0, Vec::new());
    for problem in bolib::problems() {
        let model = problem.build();
        for start in problem.starts {
            for exponent in -2..=2 {
                let lambda = 3f64.powi(exponent);
                let options = Options::production();
                let run = solve_bilevel(&*model, start.x, start.y, lambda, &options).unwrap();
                runs += 1;
                converged += usize::from(run.status.is_success());
                iterations.push(run.iterations);
            }
        }
    }
    assert_eq!(runs, 1220);
    assert!(converged * 100 >= runs * 90, "{converged} of {runs}");
    iterations.sort_unstable();
    assert!(iterations[runs / 2] <= 8, "median {}", iterations[runs / 2]);
}
