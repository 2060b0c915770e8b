//! Trust-region methods on the stored unconstrained problems.

use stackelberg::trust_region::newton::{Method, solve};
use stackelberg::trust_region::Options;
use stackelberg_tests::problems::unconstrained::problems;

#[test]
fn newton_solves_the_stored_problems() {
    let (mut iterations, mut evaluations) = (0, 0);
    for problem in problems() {
        let n = problem.least_squares.nvar();
        let method = if n > 100 { Method::SteihaugToint } else { Method::MoreSorensen };
        let model = problem.least_squares.model();
        let run = solve(model.as_ref(), &problem.least_squares.x0, method, &Options::default()).unwrap();
        println!(
            "{:26} {:3} {:5} {:5} {:5} f {:.6e} best {:.6e} g {:.1e} score {:.1e} {} {:.3}s {}",
            problem.name(), problem.classical.unwrap_or(0), run.iterations, run.evaluations.objective, run.evaluations.work,
            run.objective, problem.best_known(), run.gradient_norm, run.score, run.status, run.seconds,
            problem.baselines.iter().filter(|(k,_)| k.contains("proto")||k.contains("ipopt")||k.contains("IPOPT")).map(|(_,b)| format!("{}", b.iterations)).collect::<Vec<_>>().join(" "),
        );
        if problem.classical.is_some() {
            iterations += run.iterations;
            evaluations += run.evaluations.objective;
        }
    }
    println!("{iterations} {evaluations}");
}
