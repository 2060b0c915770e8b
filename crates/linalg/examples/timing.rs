//! timing
use linalg::{DenseLu, Factorization};
use std::time::Instant;
fn main() {
    for n in [2usize, 5, 10, 15, 20, 30, 50, 64, 100, 150, 200, 300] {
        let mut s = 1u64;
        let a: Vec<f64> = (0..n * n)
            .map(|_| {
                s = s
                    .wrapping_mul(6364136223846793005)
                    .wrapping_add(1442695040888963407);
                (s >> 11) as f64 / (1u64 << 53) as f64 - 0.5
            })
            .collect();
        let mut lu = DenseLu::new(n);
        let b0 = vec![1.0; n];
        let mut b = b0.clone();
        let reps = (20_000_000 / (n * n * n + 2000)).max(5);
        let mut best = f64::MAX;
        for _ in 0..20 {
            let t = Instant::now();
            for _ in 0..reps {
                lu.factor_dense(&a).unwrap();
                b.copy_from_slice(&b0);
                lu.solve(&mut b);
            }
            best = best.min(t.elapsed().as_secs_f64() / reps as f64);
        }
        println!("{n} {:.2} us {}", best * 1e6, b[0]);
    }
}
