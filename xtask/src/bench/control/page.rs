//! Tables, figure and page of the job.

use super::{Ipopt, Record, Results};
use crate::bench::selection::lambda_name;
use crate::grid::{Grid, or_dash, small};
use crate::svg::{Axis, Figure, Key, Mark, Panel, Symbol, palette};

/// The runs, and the comparison with IPOPT.
pub fn tables(results: &Results) -> [Grid; 2] {
    [runs(&results.records), peers(results)]
}

fn runs(records: &[Record]) -> Grid {
    let mut grid = Grid::new(
        2,
        [
            "cells",
            "start",
            "N",
            "λ",
            "F",
            "error of F",
            "iterations a level",
            "‖Φ‖ in units",
            "‖Φ‖",
            "seconds",
        ],
    );
    for r in records {
        let mark = if r.has_converged() { "" } else { " ✗" };
        grid.push(vec![
            r.cells.to_string(),
            r.start.into(),
            r.unknowns.to_string(),
            lambda_name(r.lambda),
            format!("{:.10}", r.objective),
            or_dash(r.error, small),
            r.levels.clone(),
            small(r.residual),
            small(r.plain_residual) + mark,
            format!("{:.3}", r.seconds),
        ]);
    }
    grid
}

/// Ours with λ = 1 beside the stored runs.
fn peers(results: &Results) -> Grid {
    let header = [
        "cells",
        "ours, cold, it / s",
        "ours, continuation, it / s",
        "IPOPT, it / s",
        "IPOPT, warm, it / s",
        "cold ratio of times",
    ];
    let mut grid = Grid::new(1, header);
    let of = |cells: usize, is_cold: bool| {
        let mut at_one = results.records.iter().filter(|r| r.lambda == 1.0);
        at_one.find(|r| r.cells == cells && r.is_cold() == is_cold)
    };
    let ours = |run: Option<&Record>| {
        or_dash(run, |r| {
            format!("{} / {:.3}", r.levels.replace(' ', "+"), r.seconds)
        })
    };
    for cold in results.ipopt.iter().filter(|i| !i.is_warm) {
        let Some(run) = of(cold.cells, true) else {
            continue;
        };
        let stored = |i: &Ipopt| format!("{} / {:.2}", i.iterations, i.seconds);
        let mut warm = results.ipopt.iter().filter(|i| i.is_warm);
        grid.push(vec![
            cold.cells.to_string(),
            ours(Some(run)),
            ours(of(cold.cells, false)),
            stored(cold),
            or_dash(warm.find(|i| i.cells == cold.cells), stored),
            format!("{:.0}", cold.seconds / run.seconds),
        ]);
    }
    grid
}

/// Growth of time and memory with the number of unknowns, λ = 1.
pub fn figure(records: &[Record]) -> Figure {
    let points = |start: &str, of: &dyn Fn(&Record) -> Option<f64>| -> Vec<(f64, f64)> {
        let chosen = records
            .iter()
            .filter(|r| r.start == start && r.lambda == 1.0);
        chosen
            .filter_map(|r| Some((r.unknowns as f64, of(r)?)))
            .collect()
    };
    let panel = |title: &str, label: &str, of: &dyn Fn(&Record) -> Option<f64>| {
        let series = [("cold", palette::ORANGE), ("continuation", palette::BLUE)]
            .map(|(start, color)| (points(start, of), color));
        let values = |k: usize| {
            let all: Vec<f64> = series
                .iter()
                .flat_map(|(p, _)| p.iter().map(move |p| [p.0, p.1][k]))
                .collect();
            all.into_iter()
        };
        Panel {
            title: title.into(),
            x: Axis::logarithmic_around("unknowns N", values(0)),
            y: Axis::logarithmic_around(label, values(1)),
            marks: series
                .iter()
                .flat_map(|&(ref points, color)| {
                    [
                        Mark::Line {
                            points: points.clone(),
                            color,
                            dashed: false,
                        },
                        Mark::Points {
                            points: points.clone(),
                            color,
                        },
                    ]
                })
                .collect(),
        }
    };
    Figure {
        title: "Growth with the number of unknowns, λ = 1".into(),
        keys: vec![
            Key::new("cold", palette::ORANGE, Symbol::Line),
            Key::new("by continuation", palette::BLUE, Symbol::Line),
        ],
        columns: 3,
        size: (330.0, 290.0),
        panels: vec![
            panel("From start to answer", "seconds", &|r| Some(r.seconds)),
            panel("An iteration, finest level", "seconds", &|r| {
                (r.iterations > 0).then(|| r.level_seconds / r.iterations as f64)
            }),
            panel("Peak memory of the process", "GiB", &|r| r.peak_gib),
        ],
    }
}

/// The page of results.
pub fn page(results: &Results, machine: &str) -> String {
    let number = |key: &str| results.summary.get(key);
    let sentence = format!(
        "Largest error of F: {}. Time of an iteration grows with the interior nodes to the power {}. Peak of \
         the memory of the process: {} GiB.",
        or_dash(number("largest_error"), small),
        or_dash(number("time_exponent"), |v| format!("{v:.2}")),
        or_dash(number("peak_gib"), |v| format!("{v:.2}")),
    );
    let [runs, peers] = tables(results);
    let paragraphs = [
        "# Bilevel control problem by semismooth Newton".to_string(),
        "This page is written by `cargo xtask bench control --update-docs`.".to_string(),
        format!("Machine: {machine}. One thread."),
        "The control problem of Mehlitz and Wachsmuth on uniform meshes, its equation stated once, by \
         `ssn::Options::large_scale`. *Cold* starts at x = 0, y = 0. *Continuation* starts the coarsest mesh \
         there and carries each solution to the next finer mesh. A run has converged when both residuals are \
         at most 1e-8: ‖Φ‖ with multipliers in units of curvature, in which Newton's method works, and plain \
         ‖Φ‖ with multipliers as they are; ✗ marks one that has not. Seconds count everything from the \
         coarsest mesh to the answer, iterations each level. The error is against independent values, for \
         λ ≥ 1/3; below, the penalty is not exact, and F is that of the penalized problem."
            .to_string(),
        sentence,
        "![Growth of time and memory](control/control-growth.svg)".to_string(),
        "## Runs".to_string(),
        runs.markdown().trim_end().to_string(),
        "The published table was computed on meshes of a generator that cannot be reproduced: its values of F \
         belong to other discretisations."
            .to_string(),
        "## Beside IPOPT".to_string(),
        peers.markdown().trim_end().to_string(),
        "The runs of IPOPT are stored, not made in this run: conditions of Karush, Kuhn and Tucker with a \
         loop of relaxations, CasADi 3.8.2, one thread of a shared machine, which need not be the one \
         above. Ratios of times are therefore rough; iterations are not. IPOPT's F differs from the exact \
         value by 2e-5 at 48 cells. λ = 1."
            .to_string(),
    ];
    paragraphs.join("\n\n") + "\n"
}
