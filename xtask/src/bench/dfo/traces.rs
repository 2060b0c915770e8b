//! The evaluations of Powell's code, one after the other.

use super::Part;
use crate::bench::summary::Summary;
use crate::grid::Grid;
use dfo::bobyqa::{Options, Variant, minimize};
use serde_json::json;
use stackelberg_tests::problems::powell_traces::{Run, runs};

/// Runs the part; all of it is quick.
pub fn run(summary: &mut Summary, _quick: bool) -> crate::Result<Part> {
    let header = ["run", "evaluations", "stored", "largest difference"].map(String::from);
    let mut table = Grid::new(1, header.to_vec());
    let mut records = Vec::new();
    let (mut all, mut equal) = (0, 0);
    for run in runs() {
        let (evaluations, difference) = compare(&run)?;
        let is_equal = evaluations == run.evaluations && difference <= 1e-9;
        all += 1;
        equal += usize::from(is_equal);
        let name = format!("{}, {} points", run.name, run.points);
        table.push(vec![
            name.clone(),
            evaluations.to_string(),
            run.evaluations.to_string(),
            format!("{difference:.1e}"),
        ]);
        records.push(json!({
            "part": "traces", "run": name, "evaluations": evaluations, "stored": run.evaluations,
            "difference": difference, "equal": is_equal,
        }));
    }
    summary.number("trace_runs", all as f64);
    summary.number("trace_runs_equal", equal as f64);
    Ok(Part {
        title: "Traces",
        text: "The variant Powell against stored runs of Powell's Fortran code: the number of evaluations, and \
               the largest difference of an entry in the stored evaluations, at most 60 of each run, relative \
               to entries larger than 1."
            .to_string(),
        table,
        figures: Vec::new(),
        records,
    })
}

/// Our number of evaluations, and the largest difference.
fn compare(run: &Run) -> crate::Result<(usize, f64)> {
    let options = Options {
        variant: Variant::Powell,
        points: Some(run.points),
        radius: run.radii[0],
        final_radius: run.radii[1],
        max_evaluations: run.limit,
        ..Options::default()
    };
    let mut trace = run.trace.iter();
    let mut difference = 0.0_f64;
    let f = |x: &[f64]| {
        for (ours, theirs) in trace.next().into_iter().flat_map(|t| x.iter().zip(t)) {
            difference = difference.max((ours - theirs).abs() / theirs.abs().max(1.0));
        }
        (run.objective)(x)
    };
    let found = minimize(f, &run.x0, &run.lower, &run.upper, &options)?;
    Ok((found.evaluations, difference))
}
