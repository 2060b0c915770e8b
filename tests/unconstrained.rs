//! Trust-region methods on the stored unconstrained problems.

use stackelberg::trust_region::Options;
use stackelberg::trust_region::newton::{Method, solve};
use stackelberg_tests::problems::unconstrained::problems;

fn run_all(name: &str, method: Method) {
    let (mut iterations, mut evaluations, mut all) = (0, 0, 0);
    for problem in problems() {
        let n = problem.least_squares.nvar();
        if n == 1000 && method == Method::SteihaugToint && problem.name().starts_with("discrete") {
            continue;
        }
        let model = problem.least_squares.model();
        let run = solve(
            model.as_ref(),
            &problem.least_squares.x0,
            method,
            &Options::default(),
        )
        .unwrap();
        all += run.status.is_success() as usize;
        println!(
            "{name} {:26} {:3} {:5} {:5} {:5} f {:.6e} best {:.6e} g {:.1e} score {:.1e} {} {:.3}s {}",
            problem.name(),
            problem.classical.unwrap_or(0),
            run.iterations,
            run.evaluations.objective,
            run.evaluations.work,
            run.objective,
            problem.best_known(),
            run.gradient_norm,
            run.score,
            run.status,
            run.seconds,
            problem
                .baselines
                .iter()
                .filter(|(k, _)| k.contains("proto") || k.contains("ipopt") || k.contains("IPOPT"))
                .map(|(_, b)| format!("{}", b.iterations))
                .collect::<Vec<_>>()
                .join(" "),
        );
        if problem.classical.is_some() {
            iterations += run.iterations;
            evaluations += run.evaluations.objective;
        }
    }
    println!("{name} TOTAL {iterations} {evaluations} success {all}");
}
#[test]
fn quasi_newton_solves_the_stored_problems() {
    use stackelberg::trust_region::quasi_newton::{Update, solve};
    for (name, update) in [
        ("bfgs", Update::Bfgs),
        ("sr1", Update::Sr1),
        ("lbfgs", Update::LimitedMemory(10)),
    ] {
        let (mut iterations, mut evaluations, mut all) = (0, 0, 0);
        for problem in problems() {
            let n = problem.least_squares.nvar();
            if n == 1000 && name != "lbfgs" {
                continue;
            }
            let model = problem.least_squares.model();
            let run = solve(
                model.as_ref(),
                &problem.least_squares.x0,
                update,
                &Options {
                    tolerance: 1e-6,
                    ..Options::default()
                },
            )
            .unwrap();
            all += run.status.is_success() as usize;
            println!(
                "{name} {:26} {:3} {:5} {:5} {:5} f {:.6e} best {:.6e} g {:.1e} score {:.1e} {} {:.3}s",
                problem.name(),
                problem.classical.unwrap_or(0),
                run.iterations,
                run.evaluations.objective,
                run.evaluations.work,
                run.objective,
                problem.best_known(),
                run.gradient_norm,
                run.score,
                run.status,
                run.seconds,
            );
            if problem.classical.is_some() {
                iterations += run.iterations;
                evaluations += run.evaluations.objective;
            }
        }
        println!("{name} TOTAL {iterations} {evaluations} success {all}");
    }
}
#[test]
fn newton_solves_the_stored_problems() {
    run_all("exact", Method::Exact);
}
