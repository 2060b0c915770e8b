//! An axis: its label, its range and how values become positions.

use super::ticks::{self, Tick};

/// How values are spaced.
#[derive(Clone, Debug, PartialEq)]
enum Spacing {
    Linear,
    Logarithmic,
    Categories(Vec<String>),
}

/// An axis of a panel.
#[derive(Clone, Debug)]
pub struct Axis {
    label: String,
    spacing: Spacing,
    lo: f64,
    hi: f64,
}

impl Axis {
    /// Equal differences look equal.
    pub fn linear(label: &str, lo: f64, hi: f64) -> Self {
        let (lo, hi) = widen(lo, hi);
        Axis {
            label: label.to_string(),
            spacing: Spacing::Linear,
            lo,
            hi,
        }
    }

    /// Equal ratios look equal; the range must be positive.
    pub fn logarithmic(label: &str, lo: f64, hi: f64) -> Self {
        assert!(lo > 0.0 && hi >= lo, "a logarithmic axis from {lo} to {hi}");
        let hi = if hi > lo { hi } else { 10.0 * lo };
        Axis {
            label: label.to_string(),
            spacing: Spacing::Logarithmic,
            lo,
            hi,
        }
    }

    /// One place for each name, at 0, 1, 2, ….
    pub fn categories(label: &str, names: Vec<String>) -> Self {
        let hi = names.len() as f64 - 0.5;
        Axis {
            label: label.to_string(),
            spacing: Spacing::Categories(names),
            lo: -0.5,
            hi,
        }
    }

    /// A logarithmic axis that holds the positive finite `values`, from one whole power of ten to
    /// another; what exceeds a power by less than one percent is drawn at it.
    pub fn logarithmic_around(label: &str, values: impl Iterator<Item = f64>) -> Self {
        let (lo, hi) = extent(values.filter(|v| *v > 0.0)).unwrap_or((1.0, 10.0));
        let lo = 10f64.powf((lo.log10() + 4e-3).floor());
        let hi = 10f64.powf((hi.log10() - 4e-3).ceil());
        Axis::logarithmic(label, lo, hi)
    }

    /// A linear axis that holds the finite `values` with a twentieth of their range on either side,
    /// and at least `least` of range.
    pub fn linear_around(label: &str, values: impl Iterator<Item = f64>, least: f64) -> Self {
        let (lo, hi) = extent(values).unwrap_or((0.0, 1.0));
        let middle = 0.5 * (lo + hi);
        let half = (0.55 * (hi - lo)).max(0.5 * least);
        Axis::linear(label, middle - half, middle + half)
    }

    /// What the axis shows, with its unit.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// True when equal ratios look equal.
    pub fn is_logarithmic(&self) -> bool {
        self.spacing == Spacing::Logarithmic
    }

    /// Position of `value`: 0 at the low end, 1 at the high end; values outside lie on the border.
    pub fn position(&self, value: f64) -> f64 {
        let t = match self.spacing {
            Spacing::Logarithmic => {
                (value.max(f64::MIN_POSITIVE) / self.lo).ln() / (self.hi / self.lo).ln()
            }
            _ => (value - self.lo) / (self.hi - self.lo),
        };
        t.clamp(0.0, 1.0)
    }

    /// About `count` labelled positions.
    pub fn ticks(&self, count: usize) -> Vec<Tick> {
        match &self.spacing {
            Spacing::Linear => ticks::linear(self.lo, self.hi, count),
            Spacing::Logarithmic => ticks::logarithmic(self.lo, self.hi, count + 2),
            Spacing::Categories(names) => names
                .iter()
                .enumerate()
                .map(|(k, name)| Tick {
                    value: k as f64,
                    label: name.clone(),
                })
                .collect(),
        }
    }

    /// Positions of fine grid lines: those between powers of ten, over at most four decades.
    pub fn fine_grid(&self) -> Vec<f64> {
        if self.is_logarithmic() && (self.hi / self.lo).log10() <= 4.5 {
            ticks::between_powers(self.lo, self.hi)
        } else {
            Vec::new()
        }
    }
}

fn widen(lo: f64, hi: f64) -> (f64, f64) {
    if hi > lo {
        (lo, hi)
    } else {
        (lo - 0.5, lo + 0.5)
    }
}

fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .filter(|v| v.is_finite())
        .fold(None, |range, v| match range {
            None => Some((v, v)),
            Some((lo, hi)) => Some((f64::min(lo, v), f64::max(hi, v))),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_run_from_zero_to_one() {
        let linear = Axis::linear("x", -1.0, 3.0);
        assert_eq!(linear.position(-1.0), 0.0);
        assert_eq!(linear.position(1.0), 0.5);
        let log = Axis::logarithmic("λ", 0.01, 100.0);
        assert!((log.position(1.0) - 0.5).abs() < 1e-15);
        assert_eq!(log.position(0.0), 0.0);
        assert_eq!(log.position(1e9), 1.0);
    }

    #[test]
    fn ranges_around_values_hold_them_and_forget_what_is_not_a_number() {
        let axis = Axis::logarithmic_around("t", [3.0, f64::NAN, 250.0, 0.0].into_iter());
        assert!((axis.lo - 1.0).abs() < 1e-12 && (axis.hi - 1000.0).abs() < 1e-9);
        let flat = Axis::linear_around("F", [-49.0, -49.0].into_iter(), 2.0);
        assert_eq!((flat.lo, flat.hi), (-50.0, -48.0));
    }

    #[test]
    fn categories_stand_in_the_middle_of_their_places() {
        let axis = Axis::categories("λ", vec!["1/9".into(), "9".into()]);
        assert_eq!(axis.position(0.0), 0.25);
        assert_eq!(axis.ticks(9).len(), 2);
    }
}
