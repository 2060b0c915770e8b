//! Profiles as step curves.

use super::Results;
use super::costs::Profile;
use crate::svg::{Axis, Figure, Key, Mark, Panel, Symbol, palette};

/// One for each solver; more would not be told apart.
pub const COLORS: [&str; 6] = [
    palette::ORANGE,
    palette::GREEN,
    palette::BLUE,
    palette::GREY,
    "#8c4a9e",
    "#b23a48",
];

/// How the titles of panels write [`TAUS`](super::TAUS).
const TAU_NAMES: [&str; 4] = ["10⁻¹", "10⁻³", "10⁻⁵", "10⁻⁷"];

/// Names and documents of the figures.
pub fn all(results: &Results) -> Vec<(&'static str, String)> {
    let mut list = vec![("profile-performance.svg", performance(results).render())];
    if !results.data.is_empty() {
        let solvers: Vec<&str> = results
            .outcomes
            .solvers
            .iter()
            .map(String::as_str)
            .collect();
        let title = "Data profiles: the measure is reduced to τ of its first value";
        let figure = data(title, "iterations", &solvers, &results.data);
        list.push(("profile-data.svg", figure.render()));
    }
    list
}

/// ρₛ(τ) for each kind of cost.
pub fn performance(results: &Results) -> Figure {
    let costs = results.outcomes.costs.iter().zip(&results.performance);
    let panels = costs.map(|(cost, profiles)| Panel {
        title: format!("By {}", cost.label),
        x: Axis::logarithmic("ratio τ to the best solver", 1.0, largest(profiles, 10.0)),
        y: share(),
        marks: curves(profiles, 1.0),
    });
    Figure {
        title: "Performance profiles".into(),
        keys: keys(results.outcomes.solvers.iter().map(String::as_str)),
        columns: 2,
        size: (430.0, 330.0),
        panels: panels.collect(),
    }
}

/// dₛ(α) for each reduction τ, in `unit`s.
pub fn data(title: &str, unit: &str, solvers: &[&str], data: &[Vec<Profile>]) -> Figure {
    let panels = TAU_NAMES.iter().zip(data).map(|(tau, profiles)| {
        let budgets = profiles.iter().flat_map(|p| p.steps.iter().map(|s| s.0));
        Panel {
            title: format!("τ = {tau}"),
            x: Axis::logarithmic_around(&format!("{unit} / (variables + 1)"), budgets),
            y: share(),
            marks: curves(profiles, 0.0),
        }
    });
    Figure {
        title: title.into(),
        keys: keys(solvers.iter().copied()),
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

/// The profiles from the budget `from` on.
fn curves(profiles: &[Profile], from: f64) -> Vec<Mark> {
    let curve = |(k, profile): (usize, &Profile)| {
        let mut points = vec![(from, 100.0 * profile.at(from))];
        let later = profile.steps.iter().filter(|(budget, _)| *budget > from);
        points.extend(later.map(|(budget, share)| (*budget, 100.0 * share)));
        points.push((f64::MAX, 100.0 * profile.limit()));
        Mark::Steps {
            points,
            color: COLORS[k],
        }
    };
    profiles.iter().enumerate().map(curve).collect()
}

fn keys<'a>(solvers: impl Iterator<Item = &'a str>) -> Vec<Key> {
    let numbered = solvers.enumerate();
    numbered
        .map(|(k, name)| Key::new(name, COLORS[k], Symbol::Line))
        .collect()
}
