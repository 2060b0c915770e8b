//! The multilevel methods on the stored problems.

use nlp_model::{AutoModel, Levels, Meta, TwiceSmooth};
use serde_json::Value;
use stackelberg_tests::data;
use stackelberg_tests::formula::{FormulaModel, formula_model, indexed};
use trust_region::multilevel::{
    BlockOptions, Blocks, Method, Options, Variant, solve, solve_blocks,
};

fn numbers(value: &Value) -> Vec<f64> {
    let entries = value.as_array().expect("a list").iter();
    entries.map(|v| v.as_f64().expect("a number")).collect()
}

struct Constrained {
    name: String,
    model: AutoModel<FormulaModel>,
    x0: Vec<f64>,
    least: f64,
}

/// Problems of Hock and Schittkowski of this `kind`.
fn constrained(kind: &str) -> Vec<Constrained> {
    let read = |problem: &Value| {
        let name = problem["name"].as_str().expect("a name").to_owned();
        let x0 = numbers(&problem["x0"]);
        let infinite = |v: f64| {
            if v.abs() >= 1e19 {
                f64::INFINITY.copysign(v)
            } else {
                v
            }
        };
        let side = |place: usize| -> Vec<f64> {
            let rows = problem["g"].as_array().expect("rows").iter();
            rows.map(|row| infinite(row[place].as_f64().expect("a bound")))
                .collect()
        };
        let rows = problem["g"].as_array().expect("rows").iter();
        let rows: Vec<String> = rows
            .map(|row| row[0].as_str().expect("a formula").to_owned())
            .collect();
        let bounds =
            |key: &str| -> Vec<f64> { numbers(&problem[key]).into_iter().map(infinite).collect() };
        let meta = Meta::new(name.clone(), x0.len(), rows.len())
            .constraint_bounds(&side(1), &side(2))
            .and_then(|meta| meta.variable_bounds(&bounds("lb"), &bounds("ub")))
            .expect("bounds that agree");
        let objective = problem["f"].as_str().expect("a formula");
        let model = formula_model(meta, &indexed("x", x0.len()), objective, &rows);
        Constrained {
            name,
            model: model.expect("formulas"),
            x0,
            least: problem["fstar"].as_f64().expect("a minimum"),
        }
    };
    let all = data("hock_schittkowski.json");
    let problems = all["problems"].as_array().expect("problems").iter();
    problems.filter(|p| p["kind"] == kind).map(read).collect()
}

#[test]
fn every_partition_of_the_equality_problems_reaches_the_minimum() {
    let problems = constrained("equality");
    assert!(problems.len() >= 16);
    for problem in &problems {
        let rows = nlp_model::Model::meta(&problem.model).ncon();
        let partitions = [
            (Blocks::one(rows), Variant::Linear),
            (Blocks::each(rows), Variant::Intermediate),
            (Blocks::each(rows), Variant::Linear),
        ];
        for (blocks, variant) in partitions {
            let options = BlockOptions {
                blocks: Some(blocks),
                variant,
                ..BlockOptions::default()
            };
            let solution = solve_blocks(&problem.model, &problem.x0, &options).expect("valid");
            eprintln!(
                "{} {variant:?} {} it {} f {:.3e} {:.1e}",
                problem.name,
                solution.status,
                solution.iterations,
                solution.objective - problem.least,
                solution.violation
            );
            let error = (solution.objective - problem.least).abs();
            assert!(
                solution.status.is_success() && error <= 1e-6 * (1.0 + problem.least.abs()),
                "{} {variant:?}: {solution}",
                problem.name
            );
        }
    }
}

#[test]
fn squared_slacks_solve_the_inequality_problems() {
    let mut solved = 0;
    let problems = constrained("inequality/mixed");
    for problem in &problems {
        let options = BlockOptions::default();
        let solution = solve_blocks(&problem.model, &problem.x0, &options).expect("valid");
        let error = (solution.objective - problem.least).abs();
        eprintln!(
            "{} {} it {} f {:.3e} {:.1e}",
            problem.name,
            solution.status,
            solution.iterations,
            solution.objective - problem.least,
            solution.violation
        );
        solved += usize::from(
            solution.status.is_success() && error <= 1e-6 * (1.0 + problem.least.abs()),
        );
    }
    eprintln!("{solved} of {}", problems.len());
}

struct Lexicographic {
    name: String,
    levels: Levels,
    starts: Vec<Vec<f64>>,
    solutions: Vec<Vec<f64>>,
}

fn lexicographic() -> Vec<Lexicographic> {
    let read = |problem: &Value| {
        let name = problem["name"].as_str().expect("a name").to_owned();
        let n = problem["n"].as_u64().expect("a size") as usize;
        let levels = problem["levels_most_important_first"]
            .as_array()
            .expect("levels");
        let model = |text: &Value| -> Box<dyn TwiceSmooth> {
            let meta = Meta::new(name.clone(), n, 0);
            let text = text.as_str().expect("a formula");
            Box::new(formula_model(meta, &indexed("x", n), text, &[]).expect("a formula"))
        };
        let list = |key: &str| -> Vec<Vec<f64>> {
            problem[key]
                .as_array()
                .expect("points")
                .iter()
                .map(numbers)
                .collect()
        };
        let mut solutions = list("other_local_solutions");
        solutions.push(numbers(&problem["xstar"]));
        Lexicographic {
            levels: Levels::new(levels.iter().map(model).collect()).expect("levels"),
            starts: list("starts"),
            solutions,
            name,
        }
    };
    let all: Value = match std::env::var("EXTRA") {
        Ok(f) => serde_json::from_str(&std::fs::read_to_string(f).unwrap()).unwrap(),
        Err(_) => data("lexicographic.json"),
    };
    all["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(read)
        .collect()
}

#[test]
fn stored_lexicographic() {
    for method in [Method::SuccessiveDecrease, Method::Restoration] {
        let (mut ok, mut total) = (0, 0);
        for problem in lexicographic() {
            for start in &problem.starts {
                let options = Options {
                    method,
                    ..Options::default()
                };
                let solution = solve(&problem.levels, start, &options).expect("valid");
                let error = problem
                    .solutions
                    .iter()
                    .map(|x| {
                        let d: f64 = x
                            .iter()
                            .zip(&solution.x)
                            .map(|(a, b)| (a - b).powi(2))
                            .sum();
                        d.sqrt()
                    })
                    .fold(f64::INFINITY, f64::min);
                total += 1;
                let good = solution.status.is_success() && error < 1e-4;
                ok += usize::from(good);
                let c =
                    trust_region::multilevel::certify(&problem.levels, &solution.x, Some(start), 1)
                        .unwrap();
                eprintln!(
                    "{:?} {:?} h{:.1e} drift {:.1e} {:?}",
                    c.verdict, c.class, c.newton_change, c.perturbation.drift, c.perturbation.falls
                );
                eprintln!(
                    "{:5} {method:?} {} {} it {} err {error:.1e} res {:.1e} {:.1e}",
                    good,
                    problem.name,
                    solution.status,
                    solution.iterations,
                    solution.residuals[0],
                    solution.residuals.last().unwrap()
                );
                if std::env::var("EXTRA").is_ok() {
                    eprintln!("        {:?} {:?}", solution.x, solution.objectives);
                }
            }
        }
        eprintln!("{method:?} {ok}/{total}");
    }
}
