//! Powell's own evaluations.
//!
//! The objectives are evaluated in the order of the reference runs, so that equality holds to the last bit where
//! the mathematical library is the same. The test asks for 1e-9.

mod common;

use common::{data, list, number, numbers, pow, step};
use dfo::bobyqa::{Options, Variant, minimize};

#[test]
fn the_evaluations_are_those_of_powells_code() {
    let file = data("bobyqa_traces.json");
    let mut runs = 0;
    for problem in list(&file["problems"]) {
        let id = problem["id"].as_str().unwrap();
        let f = objective(id);
        for run in list(&problem["runs"])
            .iter()
            .filter(|run| run["impl"] == "POWELL_F77")
        {
            let options = Options {
                variant: Variant::Powell,
                points: Some(number(&run["npt"]) as usize),
                radius: number(&problem["rhobeg"]),
                final_radius: number(&problem["rhoend"]),
                max_evaluations: number(&run["maxfun"]) as usize,
                ..Options::default()
            };
            let mut trace = list(&run["trace"]).iter();
            let compared = |x: &[f64]| {
                if let Some(entry) = trace.next() {
                    for (ours, theirs) in x.iter().zip(numbers(&entry[0])) {
                        let allowed = 1e-9 * theirs.abs().max(1.0);
                        assert!(
                            (ours - theirs).abs() <= allowed,
                            "{id}: {ours} and {theirs}"
                        );
                    }
                }
                f(x)
            };
            let [x0, lower, upper] = ["x0", "xl", "xu"].map(|name| numbers(&problem[name]));
            let found = minimize(compared, &x0, &lower, &upper, &options).unwrap();
            assert_eq!(
                found.evaluations as f64,
                number(&run["nf"]),
                "{id}: {found}"
            );
            let (ours, theirs) = (found.value, number(&run["f_final"]));
            assert!(
                (ours - theirs).abs() <= 1e-12 * theirs.abs().max(1e-3),
                "{id}: {found}"
            );
            runs += 1;
        }
    }
    assert_eq!(runs, 30);
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
