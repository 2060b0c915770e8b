//! The five numbers and the outliers of a box plot.

/// Quartiles, whiskers and outliers of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxStatistics {
    /// Lower quartile, median, upper quartile.
    pub quartiles: [f64; 3],
    /// The extreme values within 1.5 interquartile ranges of the box.
    pub whiskers: [f64; 2],
    /// All values beyond the whiskers.
    pub outliers: Vec<f64>,
}

impl BoxStatistics {
    /// Of the positive finite values, with whiskers measured on the logarithmic scale on which they are
    /// drawn; None when there is no such value.
    pub fn logarithmic(values: &[f64]) -> Option<Self> {
        let mut logs: Vec<f64> = values
            .iter()
            .filter(|v| **v > 0.0 && v.is_finite())
            .map(|v| v.ln())
            .collect();
        logs.sort_by(f64::total_cmp);
        let (first, last) = (*logs.first()?, *logs.last()?);
        let quartiles = [0.25, 0.5, 0.75].map(|p| quantile(&logs, p));
        let reach = 1.5 * (quartiles[2] - quartiles[0]);
        let (floor, ceiling) = (quartiles[0] - reach, quartiles[2] + reach);
        let low = logs.iter().copied().find(|v| *v >= floor).unwrap_or(first);
        let high = logs
            .iter()
            .rev()
            .copied()
            .find(|v| *v <= ceiling)
            .unwrap_or(last);
        Some(BoxStatistics {
            quartiles: quartiles.map(f64::exp),
            whiskers: [low.exp(), high.exp()],
            outliers: logs
                .iter()
                .filter(|v| **v < low || **v > high)
                .map(|v| v.exp())
                .collect(),
        })
    }
}

/// Quantile of a sorted, nonempty sample by linear interpolation between order statistics
/// (type 7 of the usual list).
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let h = p * (sorted.len() - 1) as f64;
    let k = h.floor() as usize;
    let next = (k + 1).min(sorted.len() - 1);
    sorted[k] + (h - k as f64) * (sorted[next] - sorted[k])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        let sample = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&sample, 0.5), 2.5);
        assert_eq!(quantile(&sample, 0.25), 1.75);
        assert_eq!(quantile(&sample, 1.0), 4.0);
    }

    #[test]
    fn a_far_value_is_an_outlier_and_moves_no_whisker() {
        let sample = [10.0, 11.0, 12.0, 13.0, 14.0, 1000.0, f64::NAN];
        let stats = BoxStatistics::logarithmic(&sample).expect("six numbers");
        assert_eq!(stats.outliers.len(), 1);
        assert!((stats.outliers[0] - 1000.0).abs() < 1e-9);
        assert!((stats.whiskers[1] - 14.0).abs() < 1e-12);
        assert!(BoxStatistics::logarithmic(&[f64::NAN, -1.0]).is_none());
    }
}
