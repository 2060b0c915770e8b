//! Quadratic functions and their fit to values.

use linalg::DenseQr;
use linalg::slice::dot;

/// c + gᵀd + ½ dᵀHd with d = u − centre.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quadratic {
    /// n entries.
    pub centre: Vec<f64>,
    /// Value at the centre.
    pub constant: f64,
    /// g (n).
    pub gradient: Vec<f64>,
    /// H, column-major and symmetric (n²).
    pub hessian: Vec<f64>,
}

impl Quadratic {
    /// The function that is zero.
    pub fn zero(centre: &[f64]) -> Self {
        let n = centre.len();
        Quadratic {
            centre: centre.to_vec(),
            constant: 0.0,
            gradient: vec![0.0; n],
            hessian: vec![0.0; n * n],
        }
    }

    /// Value at u.
    pub fn value(&self, u: &[f64]) -> f64 {
        let n = u.len();
        let d: Vec<f64> = u.iter().zip(&self.centre).map(|(u, c)| u - c).collect();
        let mut value = self.constant + dot(&self.gradient, &d);
        for j in 0..n {
            value += 0.5 * d[j] * dot(&self.hessian[j * n..(j + 1) * n], &d);
        }
        value
    }

    /// Gradient at u.
    pub fn gradient_at(&self, u: &[f64]) -> Vec<f64> {
        let n = u.len();
        let mut gradient = self.gradient.clone();
        for j in 0..n {
            let d = u[j] - self.centre[j];
            for i in 0..n {
                gradient[i] += self.hessian[i + j * n] * d;
            }
        }
        gradient
    }

    /// The same function in the variables v, u = origin + scale · v, with centre 0.
    pub fn in_units(&self, origin: &[f64], scale: f64) -> Quadratic {
        let mut gradient = self.gradient_at(origin);
        gradient.iter_mut().for_each(|g| *g *= scale);
        Quadratic {
            centre: vec![0.0; origin.len()],
            constant: self.value(origin),
            gradient,
            hessian: self.hessian.iter().map(|h| h * scale * scale).collect(),
        }
    }
}

/// A value at a point, with the weight of its equation.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// d = u − centre, in units of the fit's scale.
    pub d: Vec<f64>,
    /// The value there.
    pub value: f64,
    /// Weight of its equation.
    pub weight: f64,
}

/// Number of coefficients of a quadratic in n variables.
pub(crate) fn coefficients(n: usize) -> usize {
    (n + 1) * (n + 2) / 2
}

/// The row (1, d, ½dᵢ², dᵢdⱼ).
pub(crate) fn features(d: &[f64], row: &mut Vec<f64>) {
    row.clear();
    row.push(1.0);
    row.extend_from_slice(d);
    for j in 0..d.len() {
        row.push(0.5 * d[j] * d[j]);
        row.extend(d[j + 1..].iter().map(|v| v * d[j]));
    }
}

/// Weights of the two penalties of a fit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ridge {
    /// On the gradient.
    pub gradient: f64,
    /// On the Hessian, in the Frobenius norm.
    pub hessian: f64,
}

/// min Σ wᵢ²(m(dᵢ) − fᵢ)² + μ²‖g‖² + ν²‖H‖²_F, the penalties (μ, ν) being those of `ridge`.
///
/// With few samples and small penalties this is interpolation of least Frobenius norm, with many it is
/// regression. The result is in the units of the samples, centre 0. Costs O((k + q) q²) for k samples and
/// q coefficients.
// Note (2026-11-22): one penalized least-squares problem instead of two cases, interpolation and
// regression: the change between them moved steps for no reason.
pub(crate) fn fit(n: usize, samples: &[Sample], ridge: Ridge) -> Option<Fit> {
    let (k, q) = (samples.len(), coefficients(n));
    let rows = k + q - 1;
    let mut a = vec![0.0; rows * q];
    let mut b = vec![0.0; rows];
    let mut row = Vec::with_capacity(q);
    for (i, sample) in samples.iter().enumerate() {
        features(&sample.d, &mut row);
        for (j, v) in row.iter().enumerate() {
            a[i + j * rows] = sample.weight * v;
        }
        b[i] = sample.weight * sample.value;
    }
    for j in 1..=n {
        a[k + j - 1 + j * rows] = ridge.gradient;
    }
    let mut column = n + 1;
    for i in 0..n {
        for j in i..n {
            let twice = if i == j {
                1.0
            } else {
                std::f64::consts::SQRT_2
            };
            a[k + column - 1 + column * rows] = twice * ridge.hessian;
            column += 1;
        }
    }
    let mut qr = DenseQr::new(rows, q);
    qr.factor_dense(&a).ok()?;
    let mut x = vec![0.0; q];
    qr.least_squares(&b, &mut x);
    if !linalg::slice::all_finite(&x) {
        return None;
    }
    let mut hessian = vec![0.0; n * n];
    let mut column = n + 1;
    for i in 0..n {
        for j in i..n {
            hessian[i + j * n] = x[column];
            hessian[j + i * n] = x[column];
            column += 1;
        }
    }
    let quadratic = Quadratic {
        centre: vec![0.0; n],
        constant: x[0],
        gradient: x[1..=n].to_vec(),
        hessian,
    };
    Some(Fit { quadratic, qr })
}

/// A quadratic and how well the samples determine it.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    /// The minimizer.
    pub quadratic: Quadratic,
    qr: DenseQr,
}

impl Fit {
    /// Posterior deviation of the value at d, when weights are reciprocal deviations of values and penalties those of
    /// coefficients; infinite when rounding hides it.
    pub fn deviation(&mut self, d: &[f64]) -> f64 {
        let mut row = Vec::new();
        features(d, &mut row);
        let mut solved = row.clone();
        self.qr.normal_solve(&mut solved);
        let variance = dot(&row, &solved);
        if variance >= 0.0 {
            variance.sqrt()
        } else {
            f64::INFINITY
        }
    }
}
