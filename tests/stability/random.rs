//! Random lower levels and QVIs.

use linalg::random::SplitMix;
use nlp_model::{BilevelFunctions, BilevelShape, QviFunctions, QviShape, Scalar};

/// min ½ yᵀQy + (p + Bx)ᵀy  s.t.  Ay ≤ b + Dx, with Q = LLᵀ + δI; or the QVI with f₀ = Qy + p + Bx and the moving
/// set As + Cy ≤ b + Dx.
#[derive(Clone)]
pub struct Random {
    pub nx: usize,
    pub ny: usize,
    q: Vec<f64>,
    p: Vec<f64>,
    b: Vec<f64>,
    rows: Vec<f64>,
    pub sides: Vec<f64>,
    moves: Vec<f64>,
    pulls: Vec<f64>,
}

impl Random {
    pub fn new(seed: u64, curvature: f64) -> Self {
        let mut random = SplitMix::new(seed);
        let (nx, ny, count) = (1 + (seed % 2) as usize, 1 + (seed / 2 % 3) as usize, 4);
        let mut numbers = |k: usize| -> Vec<f64> { (0..k).map(|_| random.symmetric()).collect() };
        let l = numbers(ny * ny);
        let mut q = vec![0.0; ny * ny];
        for i in 0..ny {
            for j in 0..ny {
                let product: f64 = (0..ny).map(|k| l[i * ny + k] * l[j * ny + k]).sum();
                q[i * ny + j] = curvature * (product + if i == j { 0.2 } else { 0.0 });
            }
        }
        Random {
            q,
            p: numbers(ny),
            b: numbers(ny * nx),
            rows: numbers(count * ny),
            sides: numbers(count).iter().map(|v| 0.3 + 0.2 * v).collect(),
            moves: numbers(count * nx),
            pulls: numbers(count * ny).iter().map(|v| 0.3 * v).collect(),
            nx,
            ny,
        }
    }
}

impl BilevelFunctions for Random {
    fn shape(&self) -> BilevelShape {
        BilevelShape {
            nx: self.nx,
            ny: self.ny,
            lower_inequalities: self.sides.len() + 2 * self.ny,
            ..BilevelShape::default()
        }
    }
    fn upper_obj<T: Scalar>(&self, x: &[T], _: &[T]) -> T {
        x[0]
    }
    fn upper_cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn lower_obj<T: Scalar>(&self, x: &[T], y: &[T]) -> T {
        let mut value = T::from(0.0);
        for i in 0..self.ny {
            value += y[i] * self.p[i];
            for j in 0..self.ny {
                value += y[i] * y[j] * (0.5 * self.q[i * self.ny + j]);
            }
            for j in 0..self.nx {
                value += y[i] * x[j] * self.b[i * self.nx + j];
            }
        }
        value
    }
    fn lower_cons<T: Scalar>(&self, x: &[T], y: &[T], c: &mut [T]) {
        let (rows, bounds) = c.split_at_mut(self.sides.len());
        for (i, row) in rows.iter_mut().enumerate() {
            *row = T::from(-self.sides[i]);
            for j in 0..self.ny {
                *row += y[j] * self.rows[i * self.ny + j];
            }
            for j in 0..self.nx {
                *row -= x[j] * self.moves[i * self.nx + j];
            }
        }
        for j in 0..self.ny {
            bounds[2 * j] = y[j] - 2.0;
            bounds[2 * j + 1] = -y[j] - 2.0;
        }
    }
}

impl QviFunctions for Random {
    fn shape(&self) -> QviShape {
        QviShape {
            nx: self.nx,
            ny: self.ny,
            upper_rows: 0,
            lower_rows: self.sides.len() + 2 * self.ny,
        }
    }
    fn obj<T: Scalar>(&self, x: &[T], _: &[T]) -> T {
        x[0]
    }
    fn cons<T: Scalar>(&self, _: &[T], _: &[T], _: &mut [T]) {}
    fn linear_form<T: Scalar>(&self, x: &[T], y: &[T], s: &[T]) -> T {
        let mut value = T::from(0.0);
        for i in 0..self.ny {
            value += s[i] * self.p[i];
            for j in 0..self.ny {
                value += s[i] * y[j] * self.q[i * self.ny + j];
            }
            for j in 0..self.nx {
                value += s[i] * x[j] * self.b[i * self.nx + j];
            }
        }
        value
    }
    fn moving_set<T: Scalar>(&self, x: &[T], y: &[T], s: &[T], c: &mut [T]) {
        self.lower_cons(x, s, c);
        for i in 0..self.sides.len() {
            for j in 0..self.ny {
                c[i] += y[j] * self.pulls[i * self.ny + j];
            }
        }
    }
}
