//! What a stopping adds to a loop: one start, one stop, for a state of ten numbers.
//!
//! The user's work is a norm of the ten numbers; it stands alone in the first line and is part of all others.

use std::hint::black_box;

use criterion::Criterion;
use stackelberg::nlp_model::Counters;
use stackelberg::stopping::{Budget, Counts, Norm, Remote, Stopping};

type Run = Stopping<Counters, Vec<f64>>;

fn score(_: &Counters, x: &[f64]) -> f64 {
    Norm::Inf.of(x)
}

/// A run that only a limit of time could end, and that is far away.
fn run() -> Run {
    Stopping::new(vec![1.0; 10], |p: &Counters, x: &Vec<f64>| score(p, x)).with_budget(Budget {
        max_iterations: usize::MAX,
        ..Budget::default()
    })
}

/// The same with counters to read and a limit on all evaluations.
fn counted(run: Run) -> Run {
    let budget = Budget {
        max_total: u64::MAX - 1,
        ..*run.budget()
    };
    run.with_counting(|counters| Counts::from(counters))
        .with_budget(budget)
}

fn stop(c: &mut Criterion, name: &str, mut stopping: Run) {
    let problem = Counters::default();
    assert!(stopping.start(&problem).is_none(), "the run goes on");
    c.bench_function(&format!("stop/{name}"), |b| {
        b.iter(|| black_box(&mut stopping).stop(black_box(&problem)));
    });
    assert!(
        stopping.status().is_none(),
        "every stop measured was one of a running loop"
    );
}

fn main() {
    let mut c = stackelberg_benches::modest();
    let problem = Counters::default();
    let x = vec![1.0; 10];
    c.bench_function("the user's work alone", |b| {
        b.iter(|| score(&problem, black_box(&x)));
    });
    let timeless = || run().with_budget(Budget::iterations(usize::MAX));
    stop(&mut c, "cheap", run().with_remote(Remote::cheap()));
    let cheap = timeless().with_remote(Remote::cheap());
    stop(&mut c, "cheap, no time limit", cheap);
    stop(&mut c, "full", run());
    stop(&mut c, "full, no time limit", timeless());
    stop(&mut c, "full, evaluations limited", counted(run()));
    let top = counted(run());
    let middle = counted(run()).inside(&top);
    let inner = counted(run()).inside(&middle);
    stop(&mut c, "full, three levels, evaluations limited", inner);
    for (name, mut stopping) in [
        ("full", run()),
        ("cheap", run().with_remote(Remote::cheap())),
    ] {
        c.bench_function(&format!("start/{name}"), |b| {
            b.iter(|| black_box(&mut stopping).start(black_box(&problem)));
        });
    }
    c.final_summary();
}
