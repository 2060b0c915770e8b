//! Exact derivatives: of lower levels of the library, entry by entry, and of a system of 100,000 rows, by colours.

use std::hint::black_box;
use std::time::Instant;

use stackelberg::bolib;
use stackelberg::nlp_model::{AutoModel, Functions, Meta, Model, Scalar, Smooth, TwiceSmooth};

/// A smallest, a middling and a large problem of the library.
const PROBLEMS: [&str; 3] = [
    "Bard1988Ex1",
    "MitsosBarton2006Ex326",
    "SinhaMaloDeb2014TP9",
];

/// Three neighbours in each row, all nonlinearly, and an objective that chains them.
struct Tridiagonal;
impl Functions for Tridiagonal {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        let mut sum = T::from(0.0);
        for w in x.windows(2) {
            sum += (w[1] - w[0] * w[0]).powi(2) * 100.0 + (w[0] - 1.0).powi(2);
        }
        sum
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        let n = x.len();
        for i in 0..n {
            let left = if i > 0 { x[i - 1] } else { T::from(0.0) };
            let right = if i + 1 < n { x[i + 1] } else { T::from(0.0) };
            c[i] = (x[i] * 2.0 - 3.0) * x[i] + left * left * 2.0 + right * x[i] - 1.0;
        }
    }
}

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
    for n in [10_000, 100_000] {
        ratios(n);
    }
}

/// Prints the time of each verb in evaluations of what it differentiates.
fn ratios(n: usize) {
    let began = Instant::now();
    let model = AutoModel::new(Tridiagonal, Meta::new("tridiagonal", n, n));
    println!("tridiagonal, {n} variables and rows: built in {:.2} s, colours {:?}", began.elapsed().as_secs_f64(), model.colours());
    let x: Vec<f64> = (0..n).map(|j| 1.0 + (0.1 * j as f64).sin()).collect();
    let y = vec![0.5; n];
    let (mut row, mut out) = (vec![0.0; n], vec![0.0; n]);
    let mut jac = vec![0.0; model.jac_structure().nnz()];
    let mut hess = vec![0.0; model.hess_structure().nnz()];
    let obj = least_seconds(|| {
        black_box(model.obj(black_box(&x)));
    });
    let cons = least_seconds(|| model.cons(black_box(&x), &mut row));
    let both = obj + cons;
    let print = |verb: &str, seconds: f64, unit: f64| {
        println!("    {verb:<28} {:9.3} ms = {:6.1} evaluations", 1e3 * seconds, seconds / unit);
    };
    print("objective", obj, obj);
    print("constraints", cons, cons);
    print("gradient", least_seconds(|| model.grad(black_box(&x), &mut out)), obj);
    print("Jacobian", least_seconds(|| model.jac_coord(black_box(&x), &mut jac)), cons);
    print("Jv", least_seconds(|| model.jprod(black_box(&x), &y, &mut out)), cons);
    print("Jᵀw", least_seconds(|| model.jtprod(black_box(&x), &y, &mut out)), cons);
    let none = vec![0.0; n];
    print("Hessian of the objective", least_seconds(|| model.hess_coord(black_box(&x), &none, 1.0, &mut hess)), obj);
    print("Hessian", least_seconds(|| model.hess_coord(black_box(&x), &y, 1.0, &mut hess)), both);
    print("Hessian times vector", least_seconds(|| model.hprod(black_box(&x), &y, 1.0, &y, &mut out)), both);
    print("Hessian along a vector", least_seconds(|| model.hess_directional(black_box(&x), &y, 1.0, &y, &mut hess)), both);
}

/// The shortest of twenty calls: the machine's other work only adds.
fn least_seconds(mut call: impl FnMut()) -> f64 {
    let times = (0..20).map(|_| {
        let clock = Instant::now();
        call();
        clock.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}
