//! Powell's own evaluations.
//!
//! The objectives are evaluated in the order of the stored runs, so that equality holds to the last bit where the
//! mathematical library is the same. The test asks for 1e-9.

use dfo::bobyqa::{Options, Variant, minimize};
use stackelberg::dfo;
use stackelberg_tests::problems::powell_traces::runs;

#[test]
fn the_evaluations_are_those_of_powells_code() {
    let runs = runs();
    assert_eq!(runs.len(), 30);
    for run in runs {
        let options = Options {
            variant: Variant::Powell,
            points: Some(run.points),
            radius: run.radii[0],
            final_radius: run.radii[1],
            max_evaluations: run.limit,
            ..Options::default()
        };
        let mut trace = run.trace.iter();
        let compared = |x: &[f64]| {
            for (ours, theirs) in trace.next().into_iter().flat_map(|t| x.iter().zip(t)) {
                let allowed = 1e-9 * theirs.abs().max(1.0);
                assert!(
                    (ours - theirs).abs() <= allowed,
                    "{}: {ours} and {theirs}",
                    run.name
                );
            }
            (run.objective)(x)
        };
        let found = minimize(compared, &run.x0, &run.lower, &run.upper, &options).unwrap();
        assert_eq!(found.evaluations, run.evaluations, "{}: {found}", run.name);
        let allowed = 1e-12 * run.value.abs().max(1e-3);
        assert!(
            (found.value - run.value).abs() <= allowed,
            "{}: {found}",
            run.name
        );
    }
}
