//! Products with small dense column-major matrices.

use linalg::FactorError;
use linalg::slice::{axpy, dot};
use stopping::Status;

/// What a failed decomposition means for a run.
pub(crate) fn status_of(error: FactorError) -> Status {
    match error {
        FactorError::NotFinite => Status::DomainError,
        _ => Status::SubproblemFailure,
    }
}

/// C = A B, A with `m` rows and `k` columns, B with `k` rows and `n` columns.
pub(crate) fn product(m: usize, k: usize, n: usize, a: &[f64], b: &[f64], c: &mut [f64]) {
    debug_assert!(a.len() == m * k && b.len() == k * n && c.len() == m * n);
    c.fill(0.0);
    for j in 0..n {
        for l in 0..k {
            let factor = b[l + j * k];
            if factor != 0.0 {
                axpy(factor, &a[l * m..(l + 1) * m], &mut c[j * m..(j + 1) * m]);
            }
        }
    }
}

/// y = A x, A with `m` rows.
pub(crate) fn times(m: usize, a: &[f64], x: &[f64], y: &mut [f64]) {
    product(m, x.len(), 1, a, x, y);
}

/// y = Aᵀ x, A with `x.len()` rows and `y.len()` columns.
pub(crate) fn transposed_times(a: &[f64], x: &[f64], y: &mut [f64]) {
    let m = x.len();
    debug_assert!(a.len() == m * y.len());
    for (j, y) in y.iter_mut().enumerate() {
        *y = dot(&a[j * m..(j + 1) * m], x);
    }
}

/// M = Zᵀ A Z for A of order n and Z of n × q; `az` is room for n × q.
pub(crate) fn congruence(n: usize, q: usize, a: &[f64], z: &[f64], az: &mut [f64], m: &mut [f64]) {
    product(n, n, q, a, z, az);
    for j in 0..q {
        transposed_times(z, &az[j * n..(j + 1) * n], &mut m[j * q..(j + 1) * q]);
    }
}

/// xᵀ A x for A of order n.
pub(crate) fn form(a: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let columns = x.iter().enumerate();
    columns
        .map(|(j, xj)| xj * dot(&a[j * n..(j + 1) * n], x))
        .sum()
}
