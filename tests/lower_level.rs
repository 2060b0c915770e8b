//! Which points of BOLIB solve their lower levels, as far as local searches can tell.

use stackelberg::bolib::{self, Evidence};
use stackelberg::mpec::bilevel::{
    LowerLevelCheck, LowerLevelOptions, LowerLevelStatus, check_lower_level,
};

fn check(name: &str, x: &[f64], y: &[f64]) -> LowerLevelCheck {
    let problem = bolib::problem(name).unwrap().build();
    check_lower_level(&*problem, x, y, &[], &LowerLevelOptions::default()).unwrap()
}

/// Reference points that are refuted. At x = 1.94 the second digit of y₂ = 1.21 is rounded: the
/// lower level ends at y₂ = ln 3.36 = 1.2119, where f is smaller by 2.3e-3.
const REFUTED: [&str; 1] = ["Colson2002BIPA5"];

#[test]
fn no_reference_point_is_refuted_but_one_that_is_rounded() {
    let (mut checked, mut refuted) = (0, Vec::new());
    for problem in bolib::problems() {
        let Some(point) = problem.reference.point else {
            continue;
        };
        let found = check(problem.name, point.x, point.y);
        checked += 1;
        if found.is_refuted() {
            refuted.push(problem.name);
            assert!(found.gap < 2.5e-3, "{}: {found}", problem.name);
        } else {
            let slack = 1e-6 * (1.0 + found.best_value.abs());
            assert!(
                found.gap <= slack && found.violation <= 1e-6,
                "{}: {found}",
                problem.name
            );
        }
    }
    assert_eq!((checked, refuted), (121, REFUTED.to_vec()));
}

#[test]
fn points_that_the_literature_took_for_solutions_are_refuted() {
    /// Name, x, y, gap where it is known.
    type Point = (&'static str, &'static [f64], &'static [f64], Option<f64>);
    let points: [Point; 6] = [
        ("Dempe1992a", &[0.0, 0.0], &[0.0, -0.5], Some(0.125)),
        // f(1) = −2, f(−2.5) = −8.125
        ("YeZhu2010Ex43", &[0.5], &[1.0], Some(6.125)),
        // f = (y₁ + y₂)/2, minimal at 0
        ("DempeLohse2011Ex31a", &[0.5, 0.5], &[1.0, 1.0], Some(1.0)),
        // f = 2y³ − 2y, minimal at 1/√3
        ("Colson2002BIPA4", &[0.0], &[0.6039], None),
        ("Mirrlees1999", &[1.99], &[0.895], None),
        ("LuDebSinha2016b", &[0.5], &[1.0], None),
    ];
    for (name, x, y, gap) in points {
        let found = check(name, x, y);
        assert_eq!(found.status, LowerLevelStatus::Refuted, "{name}: {found}");
        if let Some(gap) = gap {
            assert!((found.gap - gap).abs() < 1e-7, "{name}: {found}");
        }
    }
}

#[test]
fn ill_posed_lower_levels_are_flagged_as_unbounded() {
    let mut count = 0;
    for problem in bolib::problems() {
        if problem.reference.evidence == Evidence::IllPosed {
            let start = problem.starts[0];
            let found = check(problem.name, start.x, start.y);
            assert_eq!(
                found.status,
                LowerLevelStatus::Unbounded,
                "{}: {found}",
                problem.name
            );
            count += 1;
        }
    }
    assert_eq!(count, 2);
}
