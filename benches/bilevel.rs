//! The bilevel driver with default options, the proof at its point, and the sensitivity there.

use std::hint::black_box;

use stackelberg::bolib;
use stackelberg::mpec::bilevel::{BilevelOptions, CertificateOptions, certify, solve};
use stackelberg::mpec::sensitivity::solution_sensitivity;

/// A convex lower level, a jump of the lower solution, two variables at each level.
const PROBLEMS: [&str; 3] = ["Bard1988Ex1", "Mirrlees1999", "DempeDutta2012Ex24"];

fn main() {
    let mut c = stackelberg_benches::modest();
    for name in PROBLEMS {
        let problem = bolib::problem(name).expect("the library has it");
        let model = problem.build();
        let options = BilevelOptions {
            starts: vec![problem.starts[0].stacked()],
            ..BilevelOptions::default()
        };
        let run = || solve(&*model, black_box(&options)).expect("the published starts fit");
        let solution = run();
        let (x, y) = (&solution.x, &solution.y);
        c.bench_function(&format!("driver/{name}, {:?}", solution.status), |b| {
            b.iter(run)
        });
        let limits = CertificateOptions::default();
        let proof = || certify(&*model, black_box(x), y, &limits).expect("the point fits");
        let title = format!("certificate/{name}, {} boxes", proof().boxes);
        c.bench_function(&title, |b| b.iter(proof));
        let options = Default::default();
        let derivative = || solution_sensitivity(&*model, black_box(x), y, &options);
        if derivative().is_ok() {
            c.bench_function(&format!("sensitivity/{name}"), |b| b.iter(derivative));
        }
    }
    c.final_summary();
}
