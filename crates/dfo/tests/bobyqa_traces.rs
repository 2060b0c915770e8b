//! Powell's own evaluations.

use dfo::bobyqa::{Options, Variant, minimize};
use serde_json::Value;
use std::hint::black_box;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

fn step(x: f64) -> f64 {
    if x >= 0.0 { 1.0 } else { 0.0 }
}

fn objective(id: &str) -> fn(&[f64]) -> f64 {
    match id {
        "quartic1d" => |x| (x[0] - 0.3).powf(black_box(4.0)) + x[0],
        "linear1d_bound" => |x| x[0] + 0.5 * x[0] * x[0],
        "ex1_theta" => |x| x[0] * x[0] + step(x[0]),
        "rosen2" => |x| {
            100.0 * (x[1] - x[0] * x[0]).powf(black_box(2.0)) + (1.0 - x[0]).powf(black_box(2.0))
        },
        "ex4_theta_m1" | "ex4_theta_10" => |x| {
            (x[0] + step(x[0])).powf(black_box(2.0))
                + (x[1] + step(x[1])).powf(black_box(2.0))
                + (x[0] * x[0] + x[1] * x[1]).powf(black_box(2.0))
        },
        "nan_region2" => |x| {
            if x[0] + x[1] >= 0.0 {
                (x[0] - 1.0).powf(black_box(2.0)) + (x[1] + 0.5).powf(black_box(2.0))
            } else {
                f64::NAN
            }
        },
        "box3d" => |x| {
            (1..=10).map(f64::from).fold(0.0, |s, i| {
                let r = (-0.1 * i * x[0]).exp()
                    - (-0.1 * i * x[1]).exp()
                    - x[2] * ((-0.1 * i).exp() - (-i).exp());
                s + r.powf(black_box(2.0))
            })
        },
        "wood4" => |x| {
            100.0 * (x[0] * x[0] - x[1]).powf(black_box(2.0))
                + (x[0] - 1.0).powf(black_box(2.0))
                + (x[2] - 1.0).powf(black_box(2.0))
                + 90.0 * (x[2] * x[2] - x[3]).powf(black_box(2.0))
                + 10.1 * ((x[1] - 1.0).powf(black_box(2.0)) + (x[3] - 1.0).powf(black_box(2.0)))
                + 19.8 * (x[1] - 1.0) * (x[3] - 1.0)
        },
        "illquad6_active" => |x| {
            let s = x.iter().fold(0.0, |s, x| s + x);
            x.iter().enumerate().fold(0.0, |sum, (i, x)| {
                let i = i as f64 + 1.0;
                sum + i.powf(black_box(2.0)) * (x - 1.0 / i).powf(black_box(2.0))
            }) + 0.1 * s.powf(black_box(2.0))
        },
        "chebyquad8" => |x| {
            let n = x.len() as f64;
            (1..=x.len()).fold(0.0, |sum, i| {
                let t = x.iter().fold(0.0, |s, t| {
                    s + (i as f64 * (2.0 * t - 1.0).min(1.0).max(-1.0).acos()).cos()
                });
                let c = if i % 2 == 0 {
                    1.0 / (i as f64 * i as f64 - 1.0)
                } else {
                    0.0
                };
                sum + (t / n + c).powf(black_box(2.0))
            })
        },
        "chrosen20" => |x| {
            x.windows(2).fold(0.0, |s, x| {
                s + (100.0 * (x[1] - x[0] * x[0]).powf(black_box(2.0))
                    + (1.0 - x[0]).powf(black_box(2.0)))
            })
        },
        _ => panic!("{id}"),
    }
}

#[test]
fn traces() {
    let data: Value =
        serde_json::from_str(include_str!("../../../tests/data/bobyqa_traces.json")).unwrap();
    for p in data["problems"].as_array().unwrap() {
        let id = p["id"].as_str().unwrap();
        let f = objective(id);
        for r in p["runs"].as_array().unwrap() {
            if r["impl"] != "POWELL_F77" {
                continue;
            }
            let m = r["npt"].as_u64().unwrap() as usize;
            let mut k = 0;
            let trace = r["trace"].as_array().unwrap();
            let mut first_bad = None;
            let mut exact = 0;
            let g = |x: &[f64]| {
                let v = f(x);
                if k < trace.len() {
                    let xs = numbers(&trace[k][0]);
                    let ok = xs
                        .iter()
                        .zip(x)
                        .all(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(1.0));
                    if !ok && first_bad.is_none() {
                        first_bad = Some(k);
                    }
                    if exact == k && !(xs == x && trace[k][1].as_f64() == Some(v)) && m == 6 {
                        println!("{k} {xs:?} {x:?} {} {v}", trace[k][1]);
                    }
                    if xs == x && trace[k][1].as_f64() == Some(v) && exact == k {
                        exact += 1;
                    }
                }
                k += 1;
                v
            };
            let options = Options {
                variant: Variant::Powell,
                points: Some(m),
                radius: p["rhobeg"].as_f64().unwrap(),
                final_radius: p["rhoend"].as_f64().unwrap(),
                max_evaluations: r["maxfun"].as_u64().unwrap() as usize,
                ..Options::default()
            };
            let solution = minimize(
                g,
                &numbers(&p["x0"]),
                &numbers(&p["xl"]),
                &numbers(&p["xu"]),
                &options,
            )
            .unwrap();
            let nf = solution.evaluations;
            println!(
                "{id} {m}: nf {nf} want {} exact {exact}/{} bad {first_bad:?}",
                r["nf"],
                trace.len()
            );
        }
    }
}
