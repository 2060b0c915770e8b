//! Pessimistic and optimistic values of leaders with undecided followers.

use stackelberg::mpec::pessimistic::{PessimisticOptions, Problem, Sense, solve};
use stackelberg_tests::problems::pessimistic::{example_1, problems};

#[test]
fn scratch() {
    let model = example_1();
    for sense in [Sense::Pessimistic, Sense::Optimistic] {
        let problem = Problem::complementarity(&model, 1).unwrap();
        let options = PessimisticOptions {
            sense,
            ..PessimisticOptions::default()
        };
        println!("{}", solve(&problem, &options).unwrap());
    }
    for p in problems("pessimistic_tests.json") {
        for (sense, known) in [
            (Sense::Pessimistic, p.pessimistic),
            (Sense::Optimistic, p.optimistic),
        ] {
            let problem = Problem::argmin(&p.model).unwrap();
            let options = PessimisticOptions {
                sense,
                ..PessimisticOptions::default()
            };
            let s = solve(&problem, &options).unwrap();
            let ok = (s.infimum - known.value).abs() <= 1e-5 && s.attained == Some(known.attained);
            println!(
                "{} {} {known:?}\n{s}",
                if ok { "OK " } else { "BAD" },
                p.name
            );
        }
    }
}
