//! One solve of the value-function system, λ = 1, from the first published start.

use std::hint::black_box;

use stackelberg::bolib;
use stackelberg::ssn::{Options, value_function::solve_bilevel};

const PROBLEMS: [&str; 3] = ["Bard1988Ex1", "Outrata1990Ex1a", "SinhaMaloDeb2014TP9"];

fn main() {
    let mut c = stackelberg_benches::modest();
    let variants = [
        ("published", Options::published()),
        ("production", Options::production()),
    ];
    for name in PROBLEMS {
        let problem = bolib::problem(name).expect("the library has it");
        let model = problem.build();
        let start = problem.starts[0];
        for (variant, options) in &variants {
            let solve = || {
                solve_bilevel(&*model, black_box(start.x), start.y, 1.0, options)
                    .expect("the published starts fit")
            };
            let run = solve();
            let title = format!("{variant}/{name}, {}, {} it", run.status, run.iterations);
            c.bench_function(&title, |b| b.iter(solve));
        }
    }
    c.final_summary();
}
