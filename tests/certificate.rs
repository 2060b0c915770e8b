//! Proofs of lower-level optimality on BOLIB.
use stackelberg::bolib;
use stackelberg::mpec::bilevel::{CertificateOptions, certify};

#[test]
fn overview() {
    let mut total = 0.0;
    let (mut proved, mut count, mut convex) = (0, 0, 0);
    for problem in bolib::problems() {
        let point = problem.reference.point.unwrap_or(problem.starts[0]);
        let model = problem.build();
        let c = certify(&*model, point.x, point.y, &CertificateOptions::default()).unwrap();
        total += c.seconds;
        count += 1;
        proved += usize::from(c.is_proved());
        convex += usize::from(c.is_convex);
        println!("{:30} {:?} ny {} boxes {} {:.1e}s v {:.1e} convex {} {} {}", problem.name, c.gap(), problem.ny, c.boxes, c.seconds, c.violation, c.is_convex, problem.lower_convex, c.verdict);
        if !c.is_proved() { println!("{c}") }
    }
    println!("{proved} of {count}, convex {convex}, {total} s");
}
