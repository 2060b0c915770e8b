//! What the catalogue says about its problems agrees with their formulas.

mod common;

use std::collections::HashSet;

use bolib::{Evidence, problems};
use common::constraints;

#[test]
fn sizes_names_and_numbers_are_consistent() {
    let mut names = HashSet::new();
    for (i, p) in problems().iter().enumerate() {
        assert_eq!(p.number, i + 1, "{}", p.name);
        let model = p.build();
        assert_eq!((model.nx(), model.ny()), (p.nx, p.ny), "{}", p.name);
        let rows = (model.upper().meta().ncon(), model.lower().meta().ncon());
        assert_eq!(rows, (p.upper_rows, p.lower_rows), "{}", p.name);
        for start in p.starts {
            assert_eq!((start.x.len(), start.y.len()), (p.nx, p.ny), "{}", p.name);
        }
        assert!(
            !p.source.is_empty() && matches!(p.starts.len(), 1 | 2),
            "{}",
            p.name
        );
        for name in std::iter::once(&p.name).chain(p.aliases) {
            assert!(names.insert(name.to_lowercase()), "{name} twice");
        }
    }
    assert_eq!(problems().len(), 124);
}

#[test]
fn reference_points_are_feasible_and_have_the_reference_values() {
    for p in problems() {
        let Some(value) = p.reference.value else {
            assert!(matches!(
                p.reference.evidence,
                Evidence::NotAttained | Evidence::IllPosed
            ));
            assert!(p.reference.point.is_none() && p.reference.lower_value.is_none());
            continue;
        };
        let point = p.reference.point.expect("a point goes with a value");
        let (model, z) = (p.build(), point.stacked());
        let violated = constraints(model.upper(), &z)
            .into_iter()
            .chain(constraints(model.lower(), &z))
            .find(|&c| c.is_nan() || c > 1e-7);
        assert_eq!(violated, None, "{}", p.name);
        // Values of the literature have two decimals, or few digits.
        let (upper, lower) = (model.upper().obj(&z), model.lower().obj(&z));
        let room = match p.reference.evidence {
            Evidence::Checked => 1e-6 * (1.0 + value.abs()),
            _ => f64::max(5.1e-3, 2.5e-3 * value.abs()),
        };
        assert!((upper - value).abs() <= room, "{}: {upper}", p.name);
        let stated = p.reference.lower_value.expect("f goes with F");
        assert!(
            (lower - stated).abs() <= 2e-6 * (1.0 + stated.abs()),
            "{}: {lower}",
            p.name
        );
    }
}

/// At a reference point of a problem with one or two lower-level variables no point of a fine grid
/// of the lower feasible set around it is better: the point is optimal for the lower level there.
#[test]
fn no_neighbour_of_a_reference_point_improves_the_lower_level() {
    let mut tested = 0;
    for p in problems().iter().filter(|p| p.ny <= 2) {
        let Some(point) = p.reference.point else {
            continue;
        };
        let (model, mut z) = (p.build(), point.stacked());
        let best = model.lower().obj(&z);
        let steps = || (-100..=100).map(|k| f64::from(k) * 0.01);
        let second: Vec<f64> = if p.ny == 2 {
            steps().collect()
        } else {
            vec![0.0]
        };
        for d1 in steps() {
            for &d2 in &second {
                z[p.nx] = point.y[0] + d1;
                if p.ny == 2 {
                    z[p.nx + 1] = point.y[1] + d2;
                }
                if constraints(model.lower(), &z).iter().any(|&c| c > 0.0) {
                    continue;
                }
                let f = model.lower().obj(&z);
                let slack = 1e-5 * (1.0 + best.abs());
                assert!(
                    f.is_nan() || f >= best - slack,
                    "{}: {f} < {best} at {z:?}",
                    p.name
                );
            }
        }
        tested += 1;
    }
    assert!(tested >= 100, "{tested} problems");
}

#[test]
fn filters_count_what_the_literature_counts() {
    let count =
        |keep: &dyn Fn(&bolib::Problem) -> bool| problems().iter().filter(|p| keep(p)).count();
    assert_eq!(count(&|p| p.lower_convex), 79);
    assert_eq!(count(&|p| p.lower_convex_published), 72);
    assert_eq!(count(&|p| p.number <= 72 && p.lower_convex_published), 72);
    assert_eq!(count(&|p| !p.smooth), 5);
    assert_eq!(count(&|p| (p.nx, p.ny) == (1, 1)), 57);
    assert_eq!(count(&|p| p.upper_rows == 0), 27);
    assert_eq!(count(&|p| p.reference.disputed), 13);
    assert_eq!(count(&|p| p.reference.value.is_none()), 3);
}
