//! The performance profile by time.

use super::Record;
use super::peers::{Run, all, solvers};
use crate::profile::{COLORS, performance};
use crate::svg::{Axis, Figure, Key, Mark, Panel, Symbol};

/// Largest ratio of the figure.
const LARGEST: f64 = 1e6;

/// The document.
pub fn profile(records: &[Record], peers: &[Run]) -> String {
    let (runs, names) = (all(records, peers), solvers(peers));
    let cost = |problem: &str, solver: &String| {
        let run = runs
            .iter()
            .find(|r| r.problem == problem && &r.solver == solver);
        run.filter(|r| r.is_solved && r.seconds.is_finite())
            .map_or(f64::INFINITY, |r| r.seconds.max(1e-6))
    };
    let costs: Vec<Vec<f64>> = records
        .iter()
        .map(|r| {
            names
                .iter()
                .map(|solver| cost(&r.problem.name, solver))
                .collect()
        })
        .collect();
    let profiles = performance(&costs, names.len());
    let marks = profiles.iter().enumerate().map(|(k, profile)| {
        let mut points = vec![(1.0, 100.0 * profile.at(1.0))];
        let later = profile.steps.iter().filter(|step| step.0 > 1.0);
        points.extend(later.map(|(budget, share)| (*budget, 100.0 * share)));
        points.push((f64::MAX, 100.0 * profile.limit()));
        Mark::Steps {
            points,
            color: COLORS[k % COLORS.len()],
        }
    });
    let keys = names.iter().enumerate();
    Figure {
        title: "MacMPEC: performance profiles by CPU time".into(),
        keys: keys
            .map(|(k, name)| Key::new(name, COLORS[k % COLORS.len()], Symbol::Line))
            .collect(),
        columns: 1,
        size: (640.0, 360.0),
        panels: vec![Panel {
            title: format!("{} problems", records.len()),
            x: Axis::logarithmic("ratio τ to the best solver", 1.0, LARGEST),
            y: Axis::linear("problems [%]", 0.0, 100.0),
            marks: marks.collect(),
        }],
    }
    .render()
}
