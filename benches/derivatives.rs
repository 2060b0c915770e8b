//! Exact derivatives of lower levels: gradient, Hessian, derivative of the Hessian along a vector.

use std::hint::black_box;

use stackelberg::bolib;

/// A smallest, a middling and a large problem of the library.
const PROBLEMS: [&str; 3] = [
    "Bard1988Ex1",
    "MitsosBarton2006Ex326",
    "SinhaMaloDeb2014TP9",
];

fn main() {
    let mut c = stackelberg_benches::modest();
    for name in PROBLEMS {
        let problem = bolib::problem(name).expect("the library has it");
        let model = problem.build();
        let lower = model.lower();
        let z = problem.starts[0].stacked();
        let multipliers = vec![1.0; lower.meta().ncon()];
        let mut g = vec![0.0; z.len()];
        let mut vals = vec![0.0; lower.hess_structure().nnz()];
        let title = |verb: &str| format!("{verb}/{name}, {} variables", z.len());
        c.bench_function(&title("value"), |b| b.iter(|| lower.obj(black_box(&z))));
        c.bench_function(&title("gradient"), |b| {
            b.iter(|| lower.grad(black_box(&z), &mut g))
        });
        c.bench_function(&title("Hessian"), |b| {
            b.iter(|| lower.hess_coord(black_box(&z), &multipliers, 1.0, &mut vals));
        });
        c.bench_function(&title("third"), |b| {
            b.iter(|| lower.hess_directional(black_box(&z), &multipliers, 1.0, &z, &mut vals));
        });
    }
    c.final_summary();
}
