//! Functions that fit data.

use nlp_model::Scalar;

pub(super) const BARD: [f64; 15] = [
    0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39,
];
const GAUSSIAN: [f64; 15] = [
    0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295, 0.0540,
    0.0175, 0.0044, 0.0009,
];
pub(super) const MEYER: [f64; 16] = [
    34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0, 6005.0,
    5147.0, 4427.0, 3820.0, 3307.0, 2872.0,
];
/// (yᵢ, uᵢ).
pub(super) const KOWALIK: [(f64, f64); 11] = [
    (0.1957, 4.0),
    (0.1947, 2.0),
    (0.1735, 1.0),
    (0.1600, 0.5),
    (0.0844, 0.25),
    (0.0627, 0.167),
    (0.0456, 0.125),
    (0.0342, 0.1),
    (0.0323, 0.0833),
    (0.0235, 0.0714),
    (0.0246, 0.0625),
];
pub(super) const OSBORNE1: [f64; 33] = [
    0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685,
    0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448,
    0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406,
];
pub(super) const OSBORNE2: [f64; 65] = [
    1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608,
    0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661,
    0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428,
    0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559,
    0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
];

/// 1, …, m as real numbers.
fn count(m: usize) -> impl Iterator<Item = f64> {
    (1..=m).map(|i| i as f64)
}

pub(super) fn jennrich_sampson<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    for i in count(m) {
        out(-((x[0] * i).exp() + (x[1] * i).exp()) + (2.0 + 2.0 * i));
    }
}

pub(super) fn bard<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for (i, y) in count(15).zip(BARD) {
        let (v, w) = (16.0 - i, i.min(16.0 - i));
        out(-(x[0] + T::from(i) / (x[1] * v + x[2] * w)) + y);
    }
}

pub(super) fn gaussian<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for (i, y) in count(15).zip(GAUSSIAN) {
        let d = -x[2] + (8.0 - i) / 2.0;
        out(x[0] * (-x[1] * d * d / 2.0).exp() - y);
    }
}

pub(super) fn meyer<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for (i, y) in count(16).zip(MEYER) {
        out(x[0] * (x[1] / (x[2] + (45.0 + 5.0 * i))).exp() - y);
    }
}

/// rᵢ = exp(−|uᵢ − x₂|^x₃ / x₁) − i/100 with uᵢ = 25 + (−50 ln(i/100))^(2/3).
pub(super) fn gulf<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    for i in count(m) {
        let t = i / 100.0;
        let u = 25.0 + (-50.0 * t.ln()).powf(2.0 / 3.0);
        let distance = (-x[1] + u).abs();
        out((-(distance.ln() * x[2]).exp() / x[0]).exp() - t);
    }
}

pub(super) fn box3d<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    for i in count(m) {
        let t = 0.1 * i;
        let scale = (-t).exp() - (-i).exp();
        out((-x[0] * t).exp() - (-x[1] * t).exp() - x[2] * scale);
    }
}

pub(super) fn kowalik_osborne<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for (y, u) in KOWALIK {
        out(-x[0] * (x[1] * u + u * u) / (x[2] * u + x[3] + u * u) + y);
    }
}

pub(super) fn brown_dennis<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    for i in count(m) {
        let t = i / 5.0;
        let a = x[0] + x[1] * t - t.exp();
        let b = x[2] + x[3] * t.sin() - t.cos();
        out(a * a + b * b);
    }
}

pub(super) fn osborne1<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for (i, y) in count(33).zip(OSBORNE1) {
        let t = 10.0 * (i - 1.0);
        out(-(x[0] + x[1] * (-x[3] * t).exp() + x[2] * (-x[4] * t).exp()) + y);
    }
}

pub(super) fn biggs_exp6<T: Scalar>(x: &[T], m: usize, out: &mut impl FnMut(T)) {
    for i in count(m) {
        let t = 0.1 * i;
        let y = (-t).exp() - 5.0 * (-i).exp() + 3.0 * (-4.0 * t).exp();
        let decay = |rate: T| (-rate * t).exp();
        out(x[2] * decay(x[0]) - x[3] * decay(x[1]) + x[5] * decay(x[4]) - y);
    }
}

pub(super) fn osborne2<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for (i, y) in count(65).zip(OSBORNE2) {
        let t = (i - 1.0) / 10.0;
        let peak = |k: usize| {
            let d = -x[k + 7] + t;
            x[k] * (-d * d * x[k + 4]).exp()
        };
        let background = x[0] * (-x[4] * t).exp();
        out(-(background + peak(1) + peak(2) + peak(3)) + y);
    }
}

/// rᵢ = u′(tᵢ) − u(tᵢ)² − 1 for the polynomial u(t) = Σ xⱼ tʲ⁻¹ at tᵢ = i/29, and two more.
pub(super) fn watson<T: Scalar>(x: &[T], out: &mut impl FnMut(T)) {
    for i in count(29) {
        let t = i / 29.0;
        let (mut value, mut slope) = (T::from(0.0), T::from(0.0));
        for &x in x.iter().rev() {
            slope = slope * t + value;
            value = value * t + x;
        }
        out(slope - value * value - 1.0);
    }
    out(x[0]);
    out(x[1] - x[0] * x[0] - 1.0);
}
