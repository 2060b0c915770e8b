//! Stored runs of Powell's BOBYQA, evaluation after evaluation.

use serde_json::Value;

use super::{number, numbers, size, text};

/// A run of Powell's code.
#[derive(Clone, Debug)]
pub struct Run {
    /// Name of the problem.
    pub name: String,
    /// The objective, evaluated in the order of the stored run.
    pub objective: fn(&[f64]) -> f64,
    /// Start.
    pub x0: Vec<f64>,
    /// Lower bounds.
    pub lower: Vec<f64>,
    /// Upper bounds.
    pub upper: Vec<f64>,
    /// First and last radius.
    pub radii: [f64; 2],
    /// Number of interpolation points.
    pub points: usize,
    /// Limit of evaluations.
    pub limit: usize,
    /// Evaluations made.
    pub evaluations: usize,
    /// The least value.
    pub value: f64,
    /// The first points, at most 60.
    pub trace: Vec<Vec<f64>>,
}

/// All runs of the original.
pub fn runs() -> Vec<Run> {
    let data = crate::data("bobyqa_traces.json");
    let mut all = Vec::new();
    for problem in list(&data["problems"]) {
        for run in list(&problem["runs"]) {
            if run["impl"] == "POWELL_F77" {
                all.push(read(problem, run));
            }
        }
    }
    all
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list in the reference data")
}

fn read(problem: &Value, run: &Value) -> Run {
    let name = text(&problem["id"]);
    Run {
        objective: objective(name),
        name: name.to_string(),
        x0: numbers(&problem["x0"]),
        lower: numbers(&problem["xl"]),
        upper: numbers(&problem["xu"]),
        radii: [number(&problem["rhobeg"]), number(&problem["rhoend"])],
        points: size(&run["npt"]),
        limit: size(&run["maxfun"]),
        evaluations: size(&run["nf"]),
        value: number(&run["f_final"]),
        trace: list(&run["trace"])
            .iter()
            .map(|entry| numbers(&entry[0]))
            .collect(),
    }
}

/// 1 for x ≥ 0, else 0.
fn step(x: f64) -> f64 {
    if x >= 0.0 { 1.0 } else { 0.0 }
}

/// xᵏ by the library function, as the stored runs were made: `x * x` may differ in the last place.
fn pow(x: f64, k: f64) -> f64 {
    x.powf(std::hint::black_box(k))
}

fn objective(id: &str) -> fn(&[f64]) -> f64 {
    match id {
        "quartic1d" => |x| pow(x[0] - 0.3, 4.0) + x[0],
        "linear1d_bound" => |x| x[0] + 0.5 * x[0] * x[0],
        "ex1_theta" => |x| x[0] * x[0] + step(x[0]),
        "rosen2" => |x| 100.0 * pow(x[1] - x[0] * x[0], 2.0) + pow(1.0 - x[0], 2.0),
        "ex4_theta_m1" | "ex4_theta_10" => |x| {
            let sum = pow(x[0] + step(x[0]), 2.0) + pow(x[1] + step(x[1]), 2.0);
            sum + pow(x[0] * x[0] + x[1] * x[1], 2.0)
        },
        "nan_region2" => |x| {
            if x[0] + x[1] >= 0.0 {
                pow(x[0] - 1.0, 2.0) + pow(x[1] + 0.5, 2.0)
            } else {
                f64::NAN
            }
        },
        "box3d" => |x| {
            (1..=10).map(f64::from).fold(0.0, |sum, i| {
                let d = (-0.1 * i).exp() - (-i).exp();
                let r = (-0.1 * i * x[0]).exp() - (-0.1 * i * x[1]).exp() - x[2] * d;
                sum + pow(r, 2.0)
            })
        },
        "wood4" => |x| {
            100.0 * pow(x[0] * x[0] - x[1], 2.0)
                + pow(x[0] - 1.0, 2.0)
                + pow(x[2] - 1.0, 2.0)
                + 90.0 * pow(x[2] * x[2] - x[3], 2.0)
                + 10.1 * (pow(x[1] - 1.0, 2.0) + pow(x[3] - 1.0, 2.0))
                + 19.8 * (x[1] - 1.0) * (x[3] - 1.0)
        },
        "illquad6_active" => |x| {
            let sum = x.iter().fold(0.0, |sum, x| sum + x);
            let terms = x.iter().zip(1..);
            terms.fold(0.0, |sum, (x, i)| {
                let i = f64::from(i);
                sum + pow(i, 2.0) * pow(x - 1.0 / i, 2.0)
            }) + 0.1 * pow(sum, 2.0)
        },
        "chebyquad8" => |x| {
            (1..=x.len()).fold(0.0, |sum, i| {
                let i = i as f64;
                let cosines = x.iter().fold(0.0, |sum, t| {
                    sum + (i * (2.0 * t - 1.0).clamp(-1.0, 1.0).acos()).cos()
                });
                let even = if i % 2.0 == 0.0 {
                    1.0 / (i * i - 1.0)
                } else {
                    0.0
                };
                sum + pow(cosines / x.len() as f64 + even, 2.0)
            })
        },
        "chrosen20" => |x| {
            x.windows(2).fold(0.0, |sum, x| {
                sum + (100.0 * pow(x[1] - x[0] * x[0], 2.0) + pow(1.0 - x[0], 2.0))
            })
        },
        _ => panic!("unknown problem {id}"),
    }
}
