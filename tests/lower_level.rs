//! The reference points of BOLIB solve their lower levels, as far as local searches can tell.

use stackelberg::bolib::{Evidence, Problem, problems};
use stackelberg::mpec::bilevel::{LowerLevelOptions, check_lower_level};

#[test]
#[ignore]
fn survey() {
    for p in problems() {
        let Some(point) = p.reference.point else { println!("{} none", p.name); continue };
        let clock = std::time::Instant::now();
        let model = p.build();
        let check = check_lower_level(&*model, point.x, point.y, &[], &LowerLevelOptions::default()).unwrap();
        println!("{:30} smooth {} disputed {} convex {} {:?} | {:?} f {:e} best {:e} gap {:.1e} viol {:.1e} starts {} evals {} {:.3}s", p.name, p.smooth, p.reference.disputed, p.lower_convex, p.reference.evidence, check.status, check.value_at_y, check.best_value, check.gap, check.violation, check.starts, check.evaluations, clock.elapsed().as_secs_f64());
    }
    let _ : Option<(Evidence, &Problem)> = None;
}
