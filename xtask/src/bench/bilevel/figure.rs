//! How many problems are solved within a time, and how tight the certificates are.

use super::judge::{OBJECTIVE, VIOLATION};
use super::peers::Baselines;
use super::record::Record;
use crate::svg::palette::{BLUE, GREEN, GREY, ORANGE};
use crate::svg::{Axis, Figure, Key, Mark, Panel, Symbol};

/// The document; `paper` is the number of problems that the published rows reach.
pub fn profile(records: &[&Record], baselines: &Baselines, paper: usize) -> String {
    let ours = records.iter().filter(|r| r.has_reached());
    let milliseconds: Vec<f64> = ours.map(|r| 1e3 * r.seconds.cpu).collect();
    let times = Axis::logarithmic_around(
        "CPU time, ms",
        milliseconds.iter().copied().chain([1.0, 1000.0]),
    );
    let share = |count: usize| 100.0 * count as f64 / records.len().max(1) as f64;
    let ipopt = baselines.ipopt.iter();
    let ipopt = ipopt.map(|run| {
        let share = 100.0 * run.reached as f64 / run.problems as f64;
        (run.milliseconds, share)
    });
    let judged = |read: &dyn Fn(&super::judge::Judgement, &Record) -> f64| -> Vec<f64> {
        let points = records
            .iter()
            .filter_map(|r| r.judgement.as_ref().map(|j| (j, *r)));
        points.map(|(j, r)| read(j, r).max(1e-16)).collect()
    };
    let excess = judged(&|j, r| j.excess(r.problem).unwrap_or(f64::NAN));
    let proved = judged(&|_, r| {
        let size = 1.0 + r.solution.lower_objective.abs();
        r.solution.gap().map_or(f64::NAN, |gap| gap / size)
    });
    let violation = judged(&|j, _| j.violation);
    Figure {
        title: "BOLIB by the bilevel driver, default options".into(),
        keys: vec![
            Key::new("reached, or excess of F", BLUE, Symbol::Line),
            Key::new("proved gap", GREEN, Symbol::Line),
            Key::new("violation", GREY, Symbol::Line),
            Key::new("IPOPT on KKT, 1 and 10 starts", ORANGE, Symbol::Disc),
            Key::new("published, best row", ORANGE, Symbol::Dashes),
        ],
        columns: 2,
        size: (430.0, 360.0),
        panels: vec![
            Panel {
                title: format!("reached within a time, of {} problems", records.len()),
                x: times,
                y: Axis::linear("problems [%]", 0.0, 100.0),
                marks: vec![
                    dashes(share(paper)),
                    cumulative(&milliseconds, records.len(), BLUE),
                    Mark::Points {
                        points: ipopt.collect(),
                        color: ORANGE,
                    },
                ],
            },
            Panel {
                title: "excess, gap and violation at most τ".into(),
                x: Axis::logarithmic("τ, relative", 1e-16, 1.0),
                y: Axis::linear("problems [%]", 0.0, 100.0),
                marks: vec![
                    limit(OBJECTIVE, BLUE),
                    limit(VIOLATION, GREY),
                    cumulative(&violation, records.len(), GREY),
                    cumulative(&proved, records.len(), GREEN),
                    cumulative(&excess, records.len(), BLUE),
                ],
            },
        ],
    }
    .render()
}

/// The share of `count` problems with a value of at most that of the axis.
fn cumulative(values: &[f64], count: usize, color: &'static str) -> Mark {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let share = |k: usize| 100.0 * k as f64 / count.max(1) as f64;
    let mut points = vec![(f64::MIN_POSITIVE, 0.0)];
    points.extend(sorted.iter().enumerate().map(|(k, v)| (*v, share(k + 1))));
    points.push((f64::MAX, share(sorted.len())));
    Mark::Steps { points, color }
}

fn dashes(height: f64) -> Mark {
    Mark::Line {
        points: vec![(f64::MIN_POSITIVE, height), (f64::MAX, height)],
        color: ORANGE,
        dashed: true,
    }
}

fn limit(at: f64, color: &'static str) -> Mark {
    Mark::Line {
        points: vec![(at, 0.0), (at, 100.0)],
        color,
        dashed: true,
    }
}
