//! From the user's variables to those of the algorithm and back.

use crate::DfoError;

use super::options::{Options, Variant};

/// The variables that are not fixed, in units of their radii.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Frame {
    /// Indices of the free variables.
    free: Vec<usize>,
    /// Their units.
    scale: Vec<f64>,
    /// Their bounds, in the user's units.
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    lower: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    upper: Vec<f64>,
    /// The same in the units of the algorithm.
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    pub(crate) zl: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(with = "super::exact"))]
    pub(crate) zu: Vec<f64>,
}

/// Bounds as near as this, relative to their size, fix a variable: between them is no room for three different
/// values.
const FIXED: f64 = 16.0 * f64::EPSILON;

impl Frame {
    /// The free variables of a box. A variable with bounds nearer than 2ρ gets a smaller unit.
    ///
    /// # Errors
    /// With [`Variant::Powell`], [`DfoError::NarrowBounds`] instead of a smaller unit.
    pub(crate) fn new(lower: &[f64], upper: &[f64], options: &Options) -> Result<Self, DfoError> {
        let mut frame = Frame {
            free: Vec::new(),
            scale: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            zl: Vec::new(),
            zu: Vec::new(),
        };
        for (i, (&l, &u)) in lower.iter().zip(upper).enumerate() {
            let gap = u - l;
            if gap.is_finite() && gap <= FIXED * l.abs().max(u.abs()) {
                continue;
            }
            let mut unit = options.scale.get(i).copied().unwrap_or(1.0);
            if gap / unit < 2.0 * options.radius {
                if options.variant == Variant::Powell {
                    return Err(DfoError::NarrowBounds {
                        index: i,
                        gap,
                        radius: options.radius * unit,
                    });
                }
                // Note (2026-11-22): Powell's code refuses; PRIMA shrinks the radius of all variables.
                unit = gap / (2.0 * options.radius) * (1.0 - 4.0 * f64::EPSILON);
            }
            frame.free.push(i);
            frame.scale.push(unit);
            frame.lower.push(l);
            frame.upper.push(u);
            frame.zl.push(l / unit);
            frame.zu.push(u / unit);
        }
        Ok(frame)
    }

    /// The number of free variables.
    pub(crate) fn n(&self) -> usize {
        self.free.len()
    }

    /// Whether the free entries of x lie in the box.
    pub(crate) fn check(&self, x: &[f64]) -> Result<(), DfoError> {
        for (k, &index) in self.free.iter().enumerate() {
            let (value, lower, upper) = (x[index], self.lower[k], self.upper[k]);
            if !(lower <= value && value <= upper) {
                return Err(DfoError::OutsideBounds {
                    index,
                    value,
                    lower,
                    upper,
                });
            }
        }
        Ok(())
    }

    /// z ← the free entries of x.
    pub(crate) fn enter(&self, x: &[f64], z: &mut [f64]) {
        for ((z, &i), s) in z.iter_mut().zip(&self.free).zip(&self.scale) {
            *z = x[i] / s;
        }
    }

    /// The free entries of x ← z, exactly on a bound where z is, and never outside.
    pub(crate) fn leave(&self, z: &[f64], x: &mut [f64]) {
        let bounds = self.lower.iter().zip(&self.upper);
        let of_z = self.zl.iter().zip(&self.zu);
        let entries = self.free.iter().zip(&self.scale).zip(bounds).zip(of_z);
        for ((((&i, scale), (lower, upper)), (zl, zu)), z) in entries.zip(z) {
            x[i] = if z == zu {
                *upper
            } else if z == zl {
                *lower
            } else {
                (scale * z).max(*lower).min(*upper)
            };
        }
    }
}
