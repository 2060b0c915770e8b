//! The figure: bounds beside what was sampled.

use super::Record;
use crate::profile::COLORS;
use crate::svg::{Axis, Figure, Key, Mark, Panel, Symbol};

/// Moduli below this are drawn here.
const SMALLEST: f64 = 1e-2;
/// Moduli above this are drawn here.
const LARGEST: f64 = 1e3;

/// The document.
pub fn scatter(records: &[Record]) -> String {
    let clip = |v: f64| v.clamp(SMALLEST, LARGEST);
    let points = |value: &dyn Fn(&Record) -> Option<(f64, f64)>| -> Vec<(f64, f64)> {
        let all = records.iter().filter_map(value);
        all.map(|(a, b)| (clip(a), clip(b))).collect()
    };
    let of_modulus = |r: &Record| Some((r.sampled()?, r.bound()?.upper));
    let of_sharpness = |r: &Record| Some((r.sampled_sharpness()?, r.sharpness()?));
    let panel = |title: &str, x: &str, y: &str, points: Vec<(f64, f64)>, color| Panel {
        title: title.into(),
        x: Axis::logarithmic(x, SMALLEST, LARGEST),
        y: Axis::logarithmic(y, SMALLEST, LARGEST),
        marks: vec![
            Mark::Line {
                points: vec![(SMALLEST, SMALLEST), (LARGEST, LARGEST)],
                color: COLORS[3],
                dashed: true,
            },
            Mark::Points { points, color },
        ],
    };
    Figure {
        title: "Stability at the references of BOLIB".into(),
        keys: vec![
            Key::new("one problem", COLORS[0], Symbol::Disc),
            Key::new("both equal", COLORS[3], Symbol::Dashes),
        ],
        columns: 2,
        size: (400.0, 380.0),
        panels: vec![
            panel(
                "Lipschitz modulus: bounds are above",
                "largest sampled quotient",
                "bound",
                points(&of_modulus),
                COLORS[0],
            ),
            panel(
                "Sharpness of the gap: constants are below",
                "smallest sampled ratio",
                "constant",
                points(&of_sharpness),
                COLORS[0],
            ),
        ],
    }
    .render()
}
