//! Figures like those of the paper.

use super::examples::Curve;
use super::record::Record;
use super::selection::{Variant, lambda_name};
use super::table::lambdas;
use crate::svg::{Axis, BoxStatistics, Figure, Key, Mark, Panel, Symbol, palette};

/// Names and documents of all figures.
pub fn all(records: &[Record], curves: &[Curve]) -> Vec<(&'static str, String)> {
    let variants: Vec<Variant> = Variant::ALL
        .into_iter()
        .filter(|v| records.iter().any(|r| r.variant == *v))
        .collect();
    // Curves and points of three variants would hide each other.
    let two: Vec<Variant> = match variants.len() {
        3 => vec![Variant::Published, Variant::Production],
        _ => variants.clone(),
    };
    vec![
        ("boxes.svg", boxes(records, &variants).render()),
        ("cumulative.svg", cumulative(records, &variants).render()),
        (
            "convergence.svg",
            convergence(records, curves, &two).render(),
        ),
        (
            "qvi-lambda.svg",
            value_against_lambda(curves, &two).render(),
        ),
    ]
}

fn color(variant: Variant) -> &'static str {
    match variant {
        Variant::Published => palette::ORANGE,
        Variant::Released => palette::GREEN,
        Variant::Production => palette::BLUE,
    }
}

fn keys(variants: &[Variant], symbol: impl Fn(Variant) -> Symbol) -> Vec<Key> {
    variants
        .iter()
        .map(|v| Key::new(&format!("{} variant", v.name()), color(*v), symbol(*v)))
        .collect()
}

fn lines(variants: &[Variant]) -> Vec<Key> {
    keys(variants, |_| Symbol::Line)
}

fn milliseconds(record: &Record) -> f64 {
    1e-3 * record.microseconds
}

/// A run of no iterations stands at 1, where a logarithmic axis begins.
fn iterations(record: &Record) -> f64 {
    record.iterations.max(1) as f64
}

/// Figure 5: iterations and time for each λ.
fn boxes(records: &[Record], variants: &[Variant]) -> Figure {
    let lambdas = lambdas(records);
    let names: Vec<String> = lambdas.iter().map(|l| lambda_name(*l)).collect();
    let panel = |title: &str, label: &str, measure: &dyn Fn(&Record) -> f64| {
        let width = 0.62 / variants.len() as f64;
        let mut marks = Vec::new();
        for (k, lambda) in lambdas.iter().enumerate() {
            for (j, variant) in variants.iter().enumerate() {
                let is_meant = |r: &&Record| r.variant == *variant && r.lambda == *lambda;
                let values: Vec<f64> = records.iter().filter(is_meant).map(measure).collect();
                let offset = (j as f64 - 0.5 * (variants.len() - 1) as f64) * (width + 0.06);
                marks.extend(
                    BoxStatistics::logarithmic(&values).map(|statistics| Mark::Box {
                        at: k as f64 + offset,
                        width,
                        statistics,
                        color: color(*variant),
                    }),
                );
            }
        }
        Panel {
            title: title.into(),
            x: Axis::categories("penalty parameter λ", names.clone()),
            y: Axis::logarithmic_around(label, records.iter().map(measure)),
            marks,
        }
    };
    Figure {
        title: "Iterations and time for each λ".into(),
        keys: lines(variants),
        columns: 2,
        size: (430.0, 330.0),
        panels: vec![
            panel("Iterations", "iterations", &iterations),
            panel("Time of a run", "time [ms]", &milliseconds),
        ],
    }
}

/// Share of all runs that converged within so many iterations, and within so much time.
fn cumulative(records: &[Record], variants: &[Variant]) -> Figure {
    let panel = |title: &str, label: &str, measure: &dyn Fn(&Record) -> f64| {
        let x = Axis::logarithmic_around(label, records.iter().map(measure));
        let marks = variants.iter().map(|variant| {
            let runs: Vec<&Record> = records.iter().filter(|r| r.variant == *variant).collect();
            let mut costs: Vec<f64> = runs
                .iter()
                .filter(|r| r.has_converged())
                .map(|r| measure(r))
                .collect();
            costs.sort_by(f64::total_cmp);
            let mut points = vec![(0.0, 0.0)];
            let share = |k: usize| 100.0 * k as f64 / runs.len() as f64;
            points.extend(costs.iter().enumerate().map(|(k, c)| (*c, share(k + 1))));
            points.push((f64::MAX, share(costs.len())));
            Mark::Steps {
                points,
                color: color(*variant),
            }
        });
        Panel {
            title: title.into(),
            marks: marks.collect(),
            x,
            y: Axis::linear("runs converged [%]", 0.0, 100.0),
        }
    };
    Figure {
        title: "Share of runs that have converged".into(),
        keys: lines(variants),
        columns: 2,
        size: (430.0, 330.0),
        panels: vec![
            panel("Within so many iterations", "iterations", &iterations),
            panel("Within so much time", "time [ms]", &milliseconds),
        ],
    }
}

/// The problems of figure 4 of the paper, in its order; the second has the published solution only
/// in its reading as a generalised Nash game.
const FIGURE4: [&str; 4] = [
    "MordukhovichOutrata2007Ex63",
    "MordukhovichOutrata2007Ex64Nash",
    "NieWangYe2017Ex34",
    "NieWangYe2017Ex52",
];

/// Below this ‖Φ‖ is drawn as this: differences are rounding.
const FLOOR: f64 = 1e-16;

/// Figure 4: ‖Φ‖ by iteration at λ = 1 from the first start.
fn convergence(records: &[Record], curves: &[Curve], variants: &[Variant]) -> Figure {
    let history = |name: &str, variant: Variant| -> &[f64] {
        let example = curves
            .iter()
            .find(|c| c.name == name && c.variant == variant);
        let is_meant =
            |r: &&Record| (r.problem, r.variant, r.start, r.lambda) == (name, variant, 0, 1.0);
        match (example, records.iter().find(is_meant)) {
            (Some(curve), _) => &curve.history,
            (None, Some(record)) => &record.history,
            (None, None) => &[],
        }
    };
    let panels = FIGURE4.into_iter().filter_map(|name| {
        let series = variants.iter().map(|v| (*v, history(name, *v)));
        let series: Vec<_> = series.filter(|(_, h)| !h.is_empty()).collect();
        let longest = series.iter().map(|(_, h)| h.len()).max()?;
        let residuals = series.iter().flat_map(|(_, h)| h.iter());
        let marks = series.iter().flat_map(|(variant, h)| {
            let points: Vec<(f64, f64)> = h
                .iter()
                .enumerate()
                .map(|(k, r)| (k as f64, r.max(FLOOR)))
                .collect();
            let color = color(*variant);
            let line = Mark::Line {
                points: points.clone(),
                color,
                dashed: false,
            };
            let dots = Mark::Points { points, color };
            // Dots only where they can be told apart.
            [Some(line), (h.len() <= 60).then_some(dots)]
                .into_iter()
                .flatten()
        });
        Some(Panel {
            title: title(name).into(),
            x: Axis::linear("iteration", 0.0, (longest - 1).max(1) as f64),
            y: Axis::logarithmic_around("‖Φ‖", residuals.map(|r| r.max(FLOOR))),
            marks: marks.collect(),
        })
    });
    Figure {
        title: "Convergence at λ = 1".into(),
        keys: lines(variants),
        columns: 2,
        size: (430.0, 270.0),
        panels: panels.collect(),
    }
}

/// Figure 3: F of the quasi-variational examples against λ; runs that did not converge are left out.
fn value_against_lambda(curves: &[Curve], variants: &[Variant]) -> Figure {
    let mut names: Vec<&str> = curves.iter().map(|c| c.name).collect();
    names.dedup();
    let panels = names.into_iter().map(|name| {
        let of_name: Vec<&Curve> = curves.iter().filter(|c| c.name == name).collect();
        let known = of_name[0].known;
        let mut marks = vec![Mark::Line {
            points: vec![(1e-3, known), (10.0, known)],
            color: palette::GREY,
            dashed: true,
        }];
        let mut values = vec![known];
        for curve in of_name.iter().filter(|c| variants.contains(&c.variant)) {
            let good = curve.points.iter().filter(|p| p.has_converged);
            let points: Vec<(f64, f64)> = good.map(|p| (p.lambda, p.objective)).collect();
            values.extend(points.iter().map(|p| p.1));
            let color = color(curve.variant);
            marks.push(match curve.variant {
                Variant::Published | Variant::Released => Mark::Rings { points, color },
                Variant::Production => Mark::Points { points, color },
            });
        }
        Panel {
            title: title(name).into(),
            x: Axis::logarithmic("penalty parameter λ", 1e-3, 10.0),
            y: Axis::linear_around("F", values.into_iter(), 1.2),
            marks,
        }
    });
    let mut keys = keys(variants, |variant| match variant {
        Variant::Published | Variant::Released => Symbol::Ring,
        Variant::Production => Symbol::Disc,
    });
    let known = Key::new("value at the solution", palette::GREY, Symbol::Dashes);
    keys.push(known);
    Figure {
        title: "Examples of Mordukhovich and Outrata (2007): F against λ".into(),
        keys,
        columns: 3,
        size: (320.0, 270.0),
        panels: panels.collect(),
    }
}

/// Titles of the quasi-variational examples; other problems keep their names.
fn title(name: &str) -> &str {
    match name {
        "MordukhovichOutrata2007Ex63" => "Example 6.3",
        "MordukhovichOutrata2007Ex64Printed" => "Example 6.4 as printed",
        "MordukhovichOutrata2007Ex64Nash" => "Example 6.4 as a Nash game",
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::CurvePoint;
    use super::super::record::example;
    use super::*;

    fn figures() -> Vec<(&'static str, String)> {
        let mut records = Vec::new();
        for k in 0..40 {
            for variant in Variant::ALL {
                let lambda = [1.0 / 3.0, 1.0][k % 2];
                let mut r = example("NieWangYe2017Ex34", k % 2, lambda, variant);
                r.iterations = 1 + k * k;
                r.microseconds = 10.0 * 1.2f64.powi(k as i32);
                r.history = (0..k).map(|i| 10f64.powi(-(i as i32))).collect();
                records.push(r);
            }
        }
        records[3].residual = f64::NAN;
        let points = [0.001, 0.1, 10.0].map(|lambda| CurvePoint {
            lambda,
            objective: -49.0 + lambda,
            has_converged: lambda < 1.0,
        });
        let curve = Curve {
            name: FIGURE4[0],
            known: -49.0,
            variant: Variant::Production,
            points: points.into(),
            history: vec![10.0, 0.0],
        };
        all(&records, &[curve])
    }

    #[test]
    fn every_figure_is_a_document_without_numbers_that_are_not() {
        let figures = figures();
        assert_eq!(figures.len(), 4);
        for (name, document) in figures {
            assert!(
                document.starts_with("<svg ") && document.ends_with("</svg>\n"),
                "{name}"
            );
            assert!(
                !document.contains("NaN") && !document.contains("inf"),
                "{name}"
            );
        }
    }

    #[test]
    fn runs_without_convergence_are_missing_from_the_curve_of_the_example() {
        let (_, document) = figures().pop().unwrap();
        // Two entries of the legend, two of three runs.
        assert_eq!(document.matches("<circle").count(), 2 + 2);
    }

    #[test]
    fn each_variant_has_a_box_for_each_parameter() {
        let document = &figures()[0].1;
        // Paper, two panels of frames, and two rectangles a box: 2 panels × 2 λ × 3 variants.
        assert_eq!(document.matches("<rect").count(), 1 + 2 + 2 * 12);
    }
}
