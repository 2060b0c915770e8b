//! Profiles as step curves.

use super::costs::Profile;
use super::{Results, TAUS};
use crate::svg::{Axis, Figure, Key, Mark, Panel, Symbol, palette};

const COLORS: [&str; 4] = [
    palette::ORANGE,
    palette::GREEN,
    palette::BLUE,
    palette::GREY,
];

/// Names and documents of the figures.
pub fn all(results: &Results) -> Vec<(&'static str, String)> {
    let mut list = vec![("profile-performance.svg", performance(results).render())];
    if !results.data.is_empty() {
        list.push(("profile-data.svg", data(results).render()));
    }
    list
}

/// ρₛ(τ) for each kind of cost.
fn performance(results: &Results) -> Figure {
    let costs = results.outcomes.costs.iter().zip(&results.performance);
    let panels = costs.map(|(cost, profiles)| Panel {
        title: format!("By {}", cost.label),
        x: Axis::logarithmic("ratio τ to the best solver", 1.0, largest(profiles, 10.0)),
        y: share(),
        marks: curves(profiles),
    });
    Figure {
        title: "Performance profiles".into(),
        keys: keys(results),
        columns: 2,
        size: (430.0, 330.0),
        panels: panels.collect(),
    }
}

/// dₛ(α) for each reduction τ.
fn data(results: &Results) -> Figure {
    let panels = TAUS.iter().zip(&results.data).map(|(tau, profiles)| {
        let budgets = profiles.iter().flat_map(|p| p.steps.iter().map(|s| s.0));
        Panel {
            title: format!(
                "τ = 10{}",
                if *tau == 1e-1 {
                    "⁻¹"
                } else if *tau == 1e-3 {
                    "⁻³"
                } else if *tau == 1e-5 {
                    "⁻⁵"
                } else {
                    "⁻⁷"
                }
            ),
            x: Axis::logarithmic_around("iterations / (variables + 1)", budgets),
            y: share(),
            marks: curves(profiles),
        }
    });
    Figure {
        title: "Data profiles: the measure is reduced to τ of its first value".into(),
        keys: keys(results),
        columns: 2,
        size: (430.0, 270.0),
        panels: panels.collect(),
    }
}

fn share() -> Axis {
    Axis::linear("problems [%]", 0.0, 100.0)
}

/// The largest budget at which a profile jumps.
fn largest(profiles: &[Profile], least: f64) -> f64 {
    let ends = profiles.iter().filter_map(|p| p.steps.last());
    ends.fold(least, |most, (budget, _)| most.max(*budget))
}

fn curves(profiles: &[Profile]) -> Vec<Mark> {
    let curve = |(k, profile): (usize, &Profile)| {
        let mut points = vec![(0.0, 0.0)];
        points.extend(profile.steps.iter().map(|(b, s)| (*b, 100.0 * s)));
        points.push((f64::MAX, 100.0 * profile.limit()));
        Mark::Steps {
            points,
            color: COLORS[k % COLORS.len()],
        }
    };
    profiles.iter().enumerate().map(curve).collect()
}

fn keys(results: &Results) -> Vec<Key> {
    let solvers = results.outcomes.solvers.iter().enumerate();
    solvers
        .map(|(k, name)| Key::new(name, COLORS[k % COLORS.len()], Symbol::Line))
        .collect()
}
