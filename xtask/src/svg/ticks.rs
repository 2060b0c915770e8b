//! Round numbers along an axis.

/// A labelled position.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub label: String,
}

/// Multiples of 1, 2 or 5 times a power of ten inside [lo, hi], about `count` of them.
pub fn linear(lo: f64, hi: f64, count: usize) -> Vec<Tick> {
    let step = round_step((hi - lo) / count.max(1) as f64);
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    let first = (lo / step - 1e-9).ceil() as i64;
    let last = (hi / step + 1e-9).floor() as i64;
    (first..=last)
        .map(|k| {
            let value = k as f64 * step;
            Tick {
                value,
                label: decimal(value, decimals),
            }
        })
        .collect()
}

/// Powers of ten inside [lo, hi], thinned to at most `count`; over less than two decades also 2 and 5
/// times them.
pub fn logarithmic(lo: f64, hi: f64, count: usize) -> Vec<Tick> {
    let (first, last) = decades(lo, hi);
    let powers = (last - first + 1).max(0) as usize;
    if powers >= 3 {
        let every = powers.div_ceil(count.max(1)) as i32;
        return (first..=last)
            .filter(|k| k.rem_euclid(every) == 0)
            .map(power_of_ten)
            .collect();
    }
    (first - 1..=last)
        .flat_map(|k| [1.0, 2.0, 5.0].map(|m| (m * 10f64.powi(k), k)))
        .filter(|(value, _)| inside(*value, lo, hi))
        .map(|(value, k)| Tick {
            value,
            label: decimal(value, (-k).max(0) as usize),
        })
        .collect()
}

/// Positions 2, 3, …, 9 times the powers of ten inside [lo, hi], for a fine grid.
pub fn between_powers(lo: f64, hi: f64) -> Vec<f64> {
    let (first, last) = decades(lo, hi);
    (first - 1..=last)
        .flat_map(|k| (2..10).map(move |m| f64::from(m) * 10f64.powi(k)))
        .filter(|value| inside(*value, lo, hi))
        .collect()
}

fn decades(lo: f64, hi: f64) -> (i32, i32) {
    let first = (lo.log10() - 1e-9).ceil() as i32;
    let last = (hi.log10() + 1e-9).floor() as i32;
    (first, last)
}

fn inside(value: f64, lo: f64, hi: f64) -> bool {
    value >= lo * (1.0 - 1e-9) && value <= hi * (1.0 + 1e-9)
}

/// The smallest of 1, 2, 5, 10 times a power of ten that is at least `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|f| raw <= f * power * (1.0 + 1e-9))
        .unwrap_or(10.0);
    factor * power
}

fn power_of_ten(k: i32) -> Tick {
    let value = 10f64.powi(k);
    let label = match k {
        -3..=-1 => decimal(value, k.unsigned_abs() as usize),
        0..=3 => decimal(value, 0),
        _ => format!("10{}", superscript(k)),
    };
    Tick { value, label }
}

fn superscript(k: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    k.to_string()
        .chars()
        .map(|c| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]))
        .collect()
}

fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().any(|c| c.is_ascii_digit() && c != '0') => {
            format!("−{digits}")
        }
        Some(digits) => digits.to_string(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|t| t.label.as_str()).collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers_with_enough_decimals() {
        let ticks = linear(0.0, 1.0, 5);
        assert_eq!(labels(&ticks), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&linear(-50.2, -48.1, 4)), ["−50", "−49"]);
        assert_eq!(labels(&linear(-3.0, 4.0, 4)), ["−2", "0", "2", "4"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten_and_thin_out() {
        assert_eq!(
            labels(&logarithmic(0.01, 10.0, 6)),
            ["0.01", "0.1", "1", "10"]
        );
        let wide = logarithmic(1e-14, 1e4, 7);
        assert!(wide.len() <= 7);
        assert!(labels(&wide).contains(&"10⁻¹²"));
        assert_eq!(
            labels(&logarithmic(1.5, 60.0, 6)),
            ["2", "5", "10", "20", "50"]
        );
        assert_eq!(labels(&logarithmic(0.1, 0.6, 6)), ["0.1", "0.2", "0.5"]);
    }

    #[test]
    fn the_fine_grid_lies_strictly_between_powers() {
        let grid = between_powers(1.0, 10.0);
        assert_eq!(grid, [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    }
}
