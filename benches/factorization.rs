//! LU factorization and solve: dense of small order, sparse of a grid.

use std::hint::black_box;

use criterion::Criterion;
use stackelberg::linalg::{DenseLu, Factorization, Pattern, SparseLu};

/// A column-major matrix of order n without structure, dominated by its diagonal.
fn dense_matrix(n: usize) -> Vec<f64> {
    let entry = |k: usize| (0.618_033_988_75 * (k + 1) as f64).fract() - 0.5;
    let diagonal = |k: usize| {
        if k.is_multiple_of(n + 1) {
            n as f64
        } else {
            0.0
        }
    };
    (0..n * n).map(|k| entry(k) + diagonal(k)).collect()
}

/// The five-point Laplacian on a grid of side k, order k².
fn laplacian(k: usize) -> (Pattern, Vec<f64>) {
    let (mut entries, mut values) = (Vec::new(), Vec::new());
    for p in 0..k * k {
        let (i, j) = (p / k, p % k);
        let mut push = |q: usize, value: f64| {
            entries.push((p, q));
            values.push(value);
        };
        push(p, 4.0);
        for (holds, q) in [(i > 0, p.wrapping_sub(k)), (j > 0, p.wrapping_sub(1))] {
            if holds {
                push(q, -1.0);
            }
        }
        for (holds, q) in [(i + 1 < k, p + k), (j + 1 < k, p + 1)] {
            if holds {
                push(q, -1.0);
            }
        }
    }
    let pattern = Pattern::from_entries(k * k, k * k, entries).expect("neighbours lie inside");
    (pattern, values)
}

fn bench(c: &mut Criterion, name: &str, n: usize, lu: &mut dyn Factorization, values: &[f64]) {
    let mut b = vec![0.0; n];
    c.bench_function(&format!("{name}/{n}"), |bencher| {
        bencher.iter(|| {
            lu.factor(black_box(values)).expect("the matrix is regular");
            b.fill(1.0);
            lu.solve(&mut b);
            b[0]
        });
    });
}

fn main() {
    let mut c = stackelberg_benches::modest();
    for n in [5, 15, 30, 50, 100] {
        bench(
            &mut c,
            "dense LU",
            n,
            &mut DenseLu::new(n),
            &dense_matrix(n),
        );
    }
    for k in [16, 64] {
        let (pattern, values) = laplacian(k);
        bench(
            &mut c,
            "sparse LU, grid",
            k * k,
            &mut SparseLu::new(&pattern),
            &values,
        );
    }
    c.final_summary();
}
