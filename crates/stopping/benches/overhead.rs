//! What a stop costs beside the user's work, at n = 10.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use nlp_model::Counters;
use stopping::{Budget, Counts, Norm, Remote, Stopping};

fn bench(c: &mut Criterion) {
    let x = vec![1.0; 10];
    let score = |_: &Counters, x: &Vec<f64>| Norm::Inf.of(x);
    let endless = Budget {
        max_iterations: usize::MAX,
        ..Budget::default()
    };
    let limited = Budget {
        max_total: u64::MAX - 1,
        ..endless
    };
    let new = || Stopping::new(x.clone(), score).with_budget(endless);
    let mut group = c.benchmark_group("stop");
    let problem = Counters::default();

    group.bench_function("the user's work alone", |b| {
        b.iter(|| score(&problem, black_box(&x)))
    });
    let mut run = |name: &str, mut stopping: Stopping<Counters, Vec<f64>>| {
        assert_eq!(stopping.start(&problem), None);
        group.bench_function(name, |b| b.iter(|| black_box(&mut stopping).stop(&problem)));
    };
    run("cheap", new().with_remote(Remote::cheap()));
    run(
        "cheap, no time limit",
        new()
            .with_remote(Remote::cheap())
            .with_budget(Budget::iterations(usize::MAX)),
    );
    run(
        "full, no time limit",
        new().with_budget(Budget::iterations(usize::MAX)),
    );
    run("full", new());
    let counted = |s: Stopping<Counters, Vec<f64>>| {
        s.with_counting(|c: &Counters| Counts::from(c))
            .with_budget(limited)
    };
    run("full, evaluations limited", counted(new()));
    let top = counted(new());
    let middle = counted(top.child(x.clone(), score));
    run(
        "full, three levels, evaluations limited",
        counted(middle.child(x.clone(), score)),
    );
    let mut stopping = new();
    group.bench_function("start and stop", |b| {
        b.iter(|| {
            (
                black_box(&mut stopping).start(&problem),
                stopping.stop(&problem),
            )
        })
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(300));
    targets = bench
}
criterion_main!(benches);
