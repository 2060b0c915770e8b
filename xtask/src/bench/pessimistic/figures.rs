//! Figures 1 to 4: ϑ by evaluation of BOBYQA, with the exact value function and through the real inner solver.

use super::tables::solve_example;
use crate::svg::{Axis, Figure, Key, Mark, Panel, Symbol, palette};
use dfo::bobyqa::{Options, Variant, minimize};
use mpec::pessimistic::{PessimisticOptions, Problem, Radii, solve};
use stackelberg_tests::problems::pessimistic::{exact, example_3};

/// Values below this are drawn here.
const LEAST: f64 = 1e-18;
const COLOURS: [&str; 4] = [
    palette::BLUE,
    palette::ORANGE,
    palette::GREEN,
    palette::GREY,
];

/// A line of a figure of the report.
struct Line {
    example: usize,
    start: &'static [f64],
    bounds: [f64; 2],
    radii: Radii,
}

const fn line(
    example: usize,
    start: &'static [f64],
    bounds: [f64; 2],
    first: f64,
    last: f64,
) -> Line {
    Line {
        example,
        start,
        bounds,
        radii: Radii { first, last },
    }
}

/// Example 3 has no radii in the report; those of table 3 are taken. Its second start is outside of the box and is moved
/// to the nearest point of it.
const FIGURES: [(&str, &str, &[Line]); 4] = [
    (
        "figure1.svg",
        "Figure 1: example 1",
        &[
            line(1, &[1.0], [-2.0, 2.0], 1e-5, 1e-9),
            line(1, &[-1.0], [-2.0, 2.0], 1e-1, 1e-7),
        ],
    ),
    (
        "figure2.svg",
        "Figure 2: example 2",
        &[
            line(2, &[1.0], [-2.0, 2.0], 1e-5, 1e-6),
            line(2, &[-1.0], [-2.0, 2.0], 1e-5, 1e-6),
        ],
    ),
    (
        "figure3.svg",
        "Figure 3: example 3",
        &[
            line(3, &[-1.0, -1.0], [-2.0, 0.0], 1e-1, 1e-6),
            line(3, &[-2.0, -2.0], [-2.0, 0.0], 1e-1, 1e-6),
        ],
    ),
    (
        "figure4.svg",
        "Figure 4: example 4",
        &[
            line(4, &[1.0, 1.0], [-2.0, 2.0], 1e-1, 1e-6),
            line(4, &[10.0, 10.0], [-10.0, 10.0], 1e-1, 1e-6),
            line(4, &[-1.0, -1.0], [-2.0, 2.0], 1e-1, 1e-10),
            line(4, &[10.0, 10.0], [-10.0, 10.0], 1e-1, 1e-10),
        ],
    ),
];

/// File names, captions and documents.
pub fn all() -> crate::Result<Vec<(&'static str, &'static str, String)>> {
    let draw = |(name, title, lines): &(&'static str, &'static str, &[Line])| {
        Ok((*name, *title, figure(title, lines)?))
    };
    FIGURES.iter().map(draw).collect()
}

fn figure(title: &str, lines: &[Line]) -> crate::Result<String> {
    let with_exact: Vec<Vec<f64>> = lines.iter().map(exact_values).collect::<Result<_, _>>()?;
    let with_solver: Vec<Vec<f64>> = lines.iter().map(real_values).collect::<Result<_, _>>()?;
    let all = || with_exact.iter().chain(&with_solver);
    let longest = all().map(Vec::len).max().unwrap_or(1) as f64;
    let panel = |title: &str, runs: &[Vec<f64>]| Panel {
        title: title.to_string(),
        x: Axis::linear("evaluations", 0.0, longest),
        y: Axis::logarithmic_around("ϑ", all().flatten().map(|v| v.max(LEAST))),
        marks: runs
            .iter()
            .zip(COLOURS)
            .map(|(run, color)| Mark::Line {
                points: run
                    .iter()
                    .enumerate()
                    .map(|(k, v)| (k as f64 + 1.0, v.max(LEAST)))
                    .collect(),
                color,
                dashed: false,
            })
            .collect(),
    };
    let keys = lines.iter().zip(COLOURS).map(|(line, color)| {
        let label = format!(
            "x⁰ = {:?}, ±{}, {:.0e} to {:.0e}",
            line.start,
            line.bounds[0].abs(),
            line.radii.first,
            line.radii.last
        );
        Key::new(&label, color, Symbol::Line)
    });
    let panels = vec![
        panel("exact value function", &with_exact),
        panel("through the inner solver", &with_solver),
    ];
    Ok(Figure {
        title: title.to_string(),
        keys: keys.collect(),
        columns: 2,
        size: (470.0, 320.0),
        panels,
    }
    .render())
}

/// The values that BOBYQA sees of the exact function.
fn exact_values(line: &Line) -> crate::Result<Vec<f64>> {
    let n = line.start.len();
    let options = Options {
        variant: Variant::Powell,
        points: Some(2 * n + 1),
        radius: line.radii.first,
        final_radius: line.radii.last,
        max_evaluations: 1000 * n,
        ..Options::default()
    };
    let mut values = Vec::new();
    let value = |x: &[f64]| {
        let value = exact(line.example, x);
        values.push(value);
        value
    };
    let (lower, upper) = (vec![line.bounds[0]; n], vec![line.bounds[1]; n]);
    minimize(value, line.start, &lower, &upper, &options)?;
    Ok(values)
}

/// The values that BOBYQA sees of the inner solver.
fn real_values(line: &Line) -> crate::Result<Vec<f64>> {
    let solution = if line.example == 3 {
        let model = example_3();
        let options = PessimisticOptions {
            start: line.start.to_vec(),
            radii: Some(line.radii),
            ..PessimisticOptions::default()
        };
        solve(&Problem::complementarity(&model, 2)?, &options)?
    } else {
        solve_example(line.example, line.start, line.bounds, line.radii)?
    };
    let by_bobyqa = solution.history.iter().take(solution.counts.bobyqa);
    Ok(by_bobyqa.map(|sample| sample.value).collect())
}
