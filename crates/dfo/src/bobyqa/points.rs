//! The interpolation points.

use super::columns::Columns;

/// m points of which the values are known, about a base point, in a box.
///
/// In the notation of (Powell2009): x_base + y_k with the rows y_k of `y`. Entries that equal an entry of
/// `sl` or `su` lie on the bound exactly.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Points {
    /// x_base (n).
    pub(crate) base: Vec<f64>,
    /// m × n.
    pub(crate) y: Columns,
    /// The values (m); infinite ones are replaced when the first m are known.
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    pub(crate) f: Vec<f64>,
    /// Points in use, the first ones of the m.
    pub(crate) active: usize,
    /// The index of the best point.
    pub(crate) best: usize,
    /// The best point less x_base (n).
    pub(crate) xopt: Vec<f64>,
    /// |x_opt|².
    pub(crate) xoptsq: f64,
    /// y_kᵀx_opt (m).
    pub(crate) yx: Vec<f64>,
    /// Lower bounds less x_base (n), at most 0.
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    pub(crate) sl: Vec<f64>,
    /// Upper bounds less x_base (n), at least 0.
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    pub(crate) su: Vec<f64>,
    /// The bounds themselves (n).
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    lower: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    upper: Vec<f64>,
}

impl Points {
    /// Room for m points about `x`, moved so that each entry lies on a bound or at least ρ from both.
    ///
    /// Requires bounds at least 2ρ apart.
    pub(crate) fn new(x: &[f64], lower: &[f64], upper: &[f64], rho: f64, m: usize) -> Self {
        let n = x.len();
        let mut points = Points {
            base: x.to_vec(),
            y: Columns::zeros(m, n),
            f: vec![0.0; m],
            active: m,
            best: 0,
            xopt: vec![0.0; n],
            xoptsq: 0.0,
            yx: vec![0.0; m],
            sl: vec![0.0; n],
            su: vec![0.0; n],
            lower: lower.to_vec(),
            upper: upper.to_vec(),
        };
        for i in 0..n {
            let (l, u) = (lower[i], upper[i]);
            debug_assert!(u - l >= 2.0 * rho);
            let x = &mut points.base[i];
            let (sl, su) = (&mut points.sl[i], &mut points.su[i]);
            (*sl, *su) = (l - *x, u - *x);
            if *sl >= 0.0 {
                (*x, *sl, *su) = (l, 0.0, u - l);
            } else if *su <= 0.0 {
                (*x, *sl, *su) = (u, -(u - l), 0.0);
            } else if *sl >= -rho {
                *x = l + rho;
                (*sl, *su) = (-rho, (u - *x).max(rho));
            } else if *su <= rho {
                *x = u - rho;
                (*sl, *su) = ((l - *x).min(-rho), rho);
            }
        }
        points
    }

    pub(crate) fn n(&self) -> usize {
        self.base.len()
    }

    pub(crate) fn m(&self) -> usize {
        self.f.len()
    }

    /// The least value.
    pub(crate) fn fopt(&self) -> f64 {
        self.f[self.best]
    }

    /// What stands for a value that is not finite: as much above the largest value as that is above the least.
    pub(crate) fn barrier(&self) -> f64 {
        let finite = || {
            self.f[..self.active]
                .iter()
                .copied()
                .filter(|f| f.is_finite())
        };
        let least = finite().fold(f64::INFINITY, f64::min);
        let most = finite().fold(f64::NEG_INFINITY, f64::max);
        if most > least {
            return (most + (most - least)).min(f64::MAX);
        }
        least + if least == 0.0 { 1.0 } else { least.abs() }
    }

    /// x_base + y, on a bound exactly where y is, never outside.
    pub(crate) fn place(&self, y: &[f64], x: &mut [f64]) {
        let bounds = self.lower.iter().zip(&self.upper);
        let relative = self.sl.iter().zip(&self.su);
        let entries = self.base.iter().zip(bounds).zip(relative);
        for ((x, y), ((base, (lower, upper)), (sl, su))) in x.iter_mut().zip(y).zip(entries) {
            *x = if y == su {
                *upper
            } else if y == sl {
                *lower
            } else {
                (base + y).max(*lower).min(*upper)
            };
        }
    }

    /// Puts y in the place of point `k`.
    pub(crate) fn replace(&mut self, k: usize, y: &[f64]) {
        self.y.write_row(k, y);
        let entries = y.iter().zip(&self.xopt);
        self.yx[k] = entries.fold(0.0, |sum, (y, x)| sum + y * x);
    }

    /// The least distance of x_opt from a bound.
    pub(crate) fn room(&self) -> f64 {
        let bounds = self.sl.iter().zip(&self.su);
        let entries = self.xopt.iter().zip(bounds);
        entries.fold(f64::INFINITY, |room, (x, (sl, su))| {
            room.min((x - sl).min(su - x))
        })
    }

    /// Makes point `k` the best one.
    pub(crate) fn set_best(&mut self, k: usize) {
        self.best = k;
        self.y.read_row(k, &mut self.xopt);
        self.xoptsq = self.xopt.iter().map(|x| x * x).sum();
        self.y.product(&self.xopt, &mut self.yx);
    }

    /// x_base ← x_base + x_opt.
    pub(crate) fn shift(&mut self) {
        self.shift_points();
        self.shift_base();
    }

    /// The part of [`shift`](Points::shift) that moves the points.
    pub(crate) fn shift_points(&mut self) {
        for (i, x) in self.xopt.iter().enumerate() {
            for y in self.y.column_mut(i) {
                *y -= x;
            }
        }
    }

    /// The part of [`shift`](Points::shift) that moves the base.
    pub(crate) fn shift_base(&mut self) {
        for i in 0..self.base.len() {
            let shift = self.xopt[i];
            self.base[i] += shift;
            self.sl[i] -= shift;
            self.su[i] -= shift;
            self.xopt[i] = 0.0;
        }
        self.xoptsq = 0.0;
        self.yx.fill(0.0);
    }
}
