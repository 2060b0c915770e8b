//! The directional derivative where strict complementarity fails.

use linalg::slice::{axpy, dot, norm_inf};

use super::SensitivityError;
use super::active::{Active, multiply_part};
use crate::quadratic::{DualMethod, Problem, Verdict};

/// Step 2: min ½ vᵀHv + vᵀ∇²_yx L d, in the coordinates u of v = v₀ + Z u that keep the strongly active rows.
pub(super) fn directional_program(
    active: &Active,
    d: &[f64],
) -> Result<Vec<f64>, SensitivityError> {
    let (nx, ny) = (active.nx, active.ny);
    let (mut qr, z) = active.tangent()?;
    let by_x: Vec<f64> = active
        .strong()
        .map(|gradient| -dot(&gradient[..nx], d))
        .collect();
    let mut v = vec![0.0; ny];
    if !by_x.is_empty() {
        qr.least_squares(&by_x, &mut v);
    }
    let direction = [d, &v].concat();
    // ∇²_yx L d + ∇²_yy L v₀
    let slope = multiply_part(active, nx, &direction);
    let columns: Vec<&[f64]> = z.chunks(ny).collect();
    let g: Vec<f64> = columns.iter().map(|column| dot(column, &slope)).collect();
    let mut rows = Vec::new();
    let mut b = Vec::new();
    for gradient in active.weak() {
        rows.extend(columns.iter().map(|column| -dot(&gradient[nx..], column)));
        b.push(dot(gradient, &direction));
    }
    let n = columns.len();
    let mut method = DualMethod::new(n);
    let program = Problem {
        g: &g,
        rows: &rows,
        b: &b,
        equalities: 0,
    };
    if n > 0 {
        if !method.factor(&active.reduced_hessian(&columns))
            || method.solve(&program) != Verdict::Solved
        {
            return Err(SensitivityError::Failed);
        }
        for (column, u) in columns.iter().zip(&method.d) {
            axpy(*u, column, &mut v);
        }
    }
    debug_assert!(active.strong().all(|a| {
        dot(a, &[d, &v].concat()).abs()
            <= 1e-8 * (1.0 + norm_inf(&v) + norm_inf(d)) * (1.0 + norm_inf(a))
    }));
    Ok(v)
}
