//! The cliff set: objectives that are smooth on pieces, jump between them, and come with a label of the piece.

use serde_json::Value;

use crate::data;

/// A problem of the set. Its formula is found by its name, what is known about it by the file or by hand.
#[derive(Clone, Debug)]
pub struct CliffProblem {
    /// The name in the file, as `oblique2`; the digits say n or the variant.
    pub name: String,
    /// Lower bounds (n).
    pub lower: Vec<f64>,
    /// Upper bounds (n).
    pub upper: Vec<f64>,
    /// The infimum: a limit of values, not always a value.
    pub infimum: f64,
    /// Values at the genuine local infima, the infimum among them.
    pub local_infima: Vec<f64>,
    /// Starting points.
    pub starts: Vec<Vec<f64>>,
}

impl CliffProblem {
    /// Number of variables.
    pub fn n(&self) -> usize {
        self.lower.len()
    }

    /// θ(x) and the label of the piece that x belongs to.
    ///
    /// # Panics
    /// When the name is not one of the set.
    pub fn theta(&self, x: &[f64]) -> (f64, u64) {
        theta(&self.name, x).expect("the name is in the set")
    }
}

/// The 17 problems of `cliff_tests.json`.
///
/// # Panics
/// When the file is not as it was written.
pub fn problems() -> Vec<CliffProblem> {
    let file = data("cliff_tests.json");
    let tests = file["tests"].as_object().expect("tests by name");
    tests.values().map(from_json).collect()
}

fn from_json(test: &Value) -> CliffProblem {
    let vector = |value: &Value| -> Vec<f64> {
        let entries = value.as_array().expect("a vector");
        entries
            .iter()
            .map(|v| v.as_f64().expect("a number"))
            .collect()
    };
    CliffProblem {
        name: test["name"].as_str().expect("a name").into(),
        lower: vector(&test["lo"]),
        upper: vector(&test["hi"]),
        infimum: test["infimum"].as_f64().expect("an infimum"),
        local_infima: vector(&test["local_infima"]),
        starts: test["starts"]
            .as_array()
            .expect("starts")
            .iter()
            .map(vector)
            .collect(),
    }
}

/// The formula called `name`.
fn theta(name: &str, x: &[f64]) -> Option<(f64, u64)> {
    let family = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let variant = name[family.len()..].parse::<usize>().ok();
    let jump =
        |smooth: f64, high: bool| (smooth + 3.0 * f64::from(u8::from(high)), u64::from(high));
    Some(match family {
        "oblique" => jump(distance(x, &vec![0.5; x.len()]), along(x) >= 0.0),
        "trap" => {
            let smooth: f64 = x.iter().map(|v| (v - 1.0).powi(2)).sum();
            let bits = bits(x);
            (smooth + 3.0 * f64::from(bits.count_ones()), bits)
        }
        "ex" if variant == Some(1) => (x[0] * x[0] + step(x[0] >= 0.0), u64::from(x[0] >= 0.0)),
        "ex" if variant == Some(2) => (x[0] * x[0] + step(x[0] > 0.0), u64::from(x[0] > 0.0)),
        "ex" | "ex4b" => {
            let square: f64 = x.iter().map(|v| v * v).sum();
            let sum: f64 = x.iter().map(|&v| (v + step(v >= 0.0)).powi(2)).sum();
            (sum + square * square, bits(x))
        }
        "sphere" => {
            let n = x.len() as f64;
            let centre: Vec<f64> = (0..x.len())
                .map(|i| 0.6 + 0.6 * i as f64 / (n - 1.0))
                .collect();
            jump(
                distance(x, &centre),
                x.iter().map(|v| v * v).sum::<f64>() >= 1.0,
            )
        }
        "parab" => {
            let centre = [[1.0, 2.0], [0.0, 1.0], [2.0, 0.0], [-1.0, 2.2]][variant?];
            jump(distance(x, &centre), x[1] >= x[0] * x[0])
        }
        "corner" => {
            let centre = [[0.5, 0.7], [0.5, -0.7], [-0.3, 0.4]][variant?];
            jump(distance(x, &centre), x[0].max(x[1]) >= 0.0)
        }
        "xjump" => {
            let high = along(x) >= 0.0;
            let jump = 1.0 + distance(x, &vec![0.0; x.len()]).sqrt();
            let smooth = distance(x, &vec![0.5; x.len()]);
            (smooth + step(high) * jump, u64::from(high))
        }
        "wedge" => {
            let (width, centre) =
                [(0.1, [-1.0, 0.3]), (0.2, [-0.5, -0.2]), (0.3, [-0.5, 0.1])][variant?];
            jump(distance(x, &centre), x[1].abs() >= width * x[0])
        }
        "rosen" => {
            let smooth = 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2);
            let high = x[0] + x[1] >= 1.0;
            (smooth + 30.0 * step(high), u64::from(high))
        }
        _ => return None,
    })
}

fn step(high: bool) -> f64 {
    f64::from(u8::from(high))
}

/// ‖x − c‖².
fn distance(x: &[f64], centre: &[f64]) -> f64 {
    x.iter().zip(centre).map(|(x, c)| (x - c) * (x - c)).sum()
}

/// aᵀx with a = (1, …, n) / ‖(1, …, n)‖.
fn along(x: &[f64]) -> f64 {
    let norm = (1..=x.len()).map(|i| (i * i) as f64).sum::<f64>().sqrt();
    x.iter()
        .enumerate()
        .map(|(i, v)| (i + 1) as f64 / norm * v)
        .sum()
}

/// Bit i is set when xᵢ ≥ 0.
fn bits(x: &[f64]) -> u64 {
    x.iter()
        .enumerate()
        .fold(0, |bits, (i, v)| bits | u64::from(*v >= 0.0) << i)
}
