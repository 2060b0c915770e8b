//! Functions of any number of variables.

use nlp_model::Scalar;

fn sum<T: Scalar>(terms: impl Iterator<Item = T>) -> T {
    let mut sum = T::from(0.0);
    terms.for_each(|term| sum += term);
    sum
}

pub(super) fn ext_rosenbrock<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for pair in x.chunks_exact(2) {
        out((pair[1] - pair[0] * pair[0]) * 10.0);
        out(-pair[0] + 1.0);
    }
}

pub(super) fn chained_rosenbrock<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for pair in x.windows(2) {
        out((pair[1] - pair[0] * pair[0]) * 10.0);
        out(-pair[0] + 1.0);
    }
}

pub(super) fn ext_powell_singular<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for x in x.chunks_exact(4) {
        out(x[0] + x[1] * 10.0);
        out((x[2] - x[3]) * 5f64.sqrt());
        out((x[1] - x[2] * 2.0).powi(2));
        out((x[0] - x[3]).powi(2) * 10f64.sqrt());
    }
}

pub(super) fn penalty1<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for &x in x {
        out((x - 1.0) * 1e-5f64.sqrt());
    }
    out(sum(x.iter().map(|&x| x * x)) - 0.25);
}

pub(super) fn penalty2<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    let n = x.len();
    let weight = 1e-5f64.sqrt();
    let constant = |i: usize| (i as f64 / 10.0).exp();
    out(x[0] - 0.2);
    for i in 1..n {
        let y = constant(i + 1) + constant(i);
        out(((x[i] / 10.0).exp() + (x[i - 1] / 10.0).exp() - y) * weight);
    }
    for x in &x[1..] {
        out(((*x / 10.0).exp() - (-0.1f64).exp()) * weight);
    }
    out(sum(x.iter().enumerate().map(|(j, &x)| x * x * (n - j) as f64)) - 1.0);
}

pub(super) fn variably_dimensioned<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for &x in x {
        out(x - 1.0);
    }
    let s = sum(x.iter().zip(1..).map(|(&x, j)| (x - 1.0) * f64::from(j)));
    out(s);
    out(s * s);
}

pub(super) fn trigonometric<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    let s = -sum(x.iter().map(|x| x.cos())) + x.len() as f64;
    for (x, i) in x.iter().zip(1..) {
        out(s + (-x.cos() + 1.0) * f64::from(i) - x.sin());
    }
}

pub(super) fn brown_almost_linear<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    let n = x.len();
    let s = sum(x.iter().copied());
    for &x in &x[..n - 1] {
        out(x + s - (n as f64 + 1.0));
    }
    let mut product = T::from(1.0);
    for &x in x {
        product = product * x;
    }
    out(product - 1.0);
}

/// The neighbours of entry `i`, 0 beyond the ends.
fn neighbours<T: Scalar>(x: &[T], i: usize) -> (T, T) {
    let at = |k: Option<usize>| k.and_then(|k| x.get(k)).copied();
    let zero = T::from(0.0);
    (
        at(i.checked_sub(1)).unwrap_or(zero),
        at(Some(i + 1)).unwrap_or(zero),
    )
}

pub(super) fn discrete_bv<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    let h = 1.0 / (x.len() as f64 + 1.0);
    for i in 0..x.len() {
        let (before, after) = neighbours(x, i);
        let t = h * (i as f64 + 1.0);
        out(x[i] * 2.0 - before - after + (x[i] + (t + 1.0)).powi(3) * (h * h / 2.0));
    }
}

/// rᵢ = xᵢ + h/2 ((1 − tᵢ) Σ_{j ≤ i} tⱼ uⱼ + tᵢ Σ_{j > i} (1 − tⱼ) uⱼ), uⱼ = (xⱼ + tⱼ + 1)³.
pub(super) fn discrete_integral<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    let h = 1.0 / (x.len() as f64 + 1.0);
    let t = |j: usize| h * (j as f64 + 1.0);
    let u = |j: usize| (x[j] + (t(j) + 1.0)).powi(3);
    let mut before = T::from(0.0);
    let mut after = sum((0..x.len()).map(|j| u(j) * (1.0 - t(j))));
    for i in 0..x.len() {
        before += u(i) * t(i);
        after -= u(i) * (1.0 - t(i));
        out(x[i] + (before * (1.0 - t(i)) + after * t(i)) * (h / 2.0));
    }
}

pub(super) fn broyden_tridiagonal<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for i in 0..x.len() {
        let (before, after) = neighbours(x, i);
        out((-x[i] * 2.0 + 3.0) * x[i] - before - after * 2.0 + 1.0);
    }
}

pub(super) fn broyden_banded<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for i in 0..x.len() {
        let band = i.saturating_sub(5)..x.len().min(i + 2);
        let others = band.filter(|&j| j != i).map(|j| x[j] * (x[j] + 1.0));
        out(x[i] * (x[i] * x[i] * 5.0 + 2.0) + 1.0 - sum(others));
    }
}

pub(super) fn linear_full_rank<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    let s = sum(x.iter().copied()) * (2.0 / m as f64) + 1.0;
    for i in 0..m {
        out(x.get(i).map_or(-s, |&x| x - s));
    }
}

pub(super) fn linear_rank1<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    let s = sum(x.iter().zip(1..).map(|(&x, j)| x * f64::from(j)));
    for i in 1..=m {
        out(s * i as f64 - 1.0);
    }
}

/// As before without the first and last variable and row.
pub(super) fn linear_rank1_zeros<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    let inner = &x[1..x.len() - 1];
    let s = sum(inner.iter().zip(2..).map(|(&x, j)| x * f64::from(j)));
    out(T::from(-1.0));
    for i in 1..m - 1 {
        out(s * i as f64 - 1.0);
    }
    out(T::from(-1.0));
}

/// Most variables of Chebyquad, so that the polynomials need no allocation.
const MOST: usize = 32;

/// rᵢ = (1/n) Σⱼ Tᵢ(2xⱼ − 1) − ∫ Tᵢ over [0, 1], by the recurrence Tᵢ₊₁(t) = 2t Tᵢ(t) − Tᵢ₋₁(t).
pub(super) fn chebyquad<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    let n = x.len();
    assert!(n <= MOST, "Chebyquad has at most {MOST} variables");
    let (mut before, mut now) = ([T::from(1.0); MOST], [T::from(0.0); MOST]);
    for (t, &x) in now.iter_mut().zip(x) {
        *t = x * 2.0 - 1.0;
    }
    for i in 1..=m {
        let integral = if i % 2 == 0 {
            -1.0 / (i * i - 1) as f64
        } else {
            0.0
        };
        out(sum(now[..n].iter().copied()) / n as f64 - integral);
        for ((before, now), &x) in before.iter_mut().zip(&mut now).zip(x) {
            let next = (x * 2.0 - 1.0) * *now * 2.0 - *before;
            (*before, *now) = (*now, next);
        }
    }
}

pub(super) fn bdqrtic<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    let n = x.len();
    for &x in &x[..n - 4] {
        out(-x * 4.0 + 3.0);
    }
    let square = |k: usize| x[k] * x[k];
    for i in 0..n - 4 {
        let four = square(i) + square(i + 1) * 2.0 + square(i + 2) * 3.0 + square(i + 3) * 4.0;
        out(four + square(n - 1) * 5.0);
    }
}

pub(super) fn cube<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    out(x[0] - 1.0);
    for pair in x.windows(2) {
        out((pair[1] - pair[0].powi(3)) * 10.0);
    }
}

pub(super) fn mancino<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for (i, &xi) in x.iter().enumerate() {
        let i = i as f64 + 1.0;
        let terms = (1..=x.len()).map(|j| wave((xi * xi + i / j as f64).sqrt()));
        out(xi * 1400.0 + (i - 50.0).powi(3) + sum(terms));
    }
}

/// v (sin⁵ ln v + cos⁵ ln v).
fn wave<T: Scalar>(v: T) -> T {
    let angle = v.ln();
    v * (angle.sin().powi(5) + angle.cos().powi(5))
}

pub(super) fn mancino_start(n: usize) -> Vec<f64> {
    let entry = |i: usize| {
        let i = i as f64;
        let waves: f64 = (1..=n).map(|j| wave((i / j as f64).sqrt())).sum();
        -8.710996e-4 * ((i - 50.0).powi(3) + waves)
    };
    (1..=n).map(entry).collect()
}
