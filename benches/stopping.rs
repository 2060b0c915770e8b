//! What a stopping adds to a loop: one start, one stop, for a state of ten numbers.

use std::hint::black_box;

use stackelberg::stopping::{Budget, Remote, Stopping};

fn main() {
    let mut c = stackelberg_benches::modest();
    for (preset, remote) in [("full", Remote::default()), ("cheap", Remote::cheap())] {
        let mut stopping = Stopping::new(vec![1.0; 10], |_: &(), x: &Vec<f64>| x[0])
            .with_remote(remote)
            .with_budget(Budget::iterations(usize::MAX));
        c.bench_function(&format!("start/{preset}"), |b| {
            b.iter(|| stopping.start(black_box(&())));
        });
        assert!(stopping.start(&()).is_none(), "the run goes on");
        c.bench_function(&format!("stop/{preset}"), |b| {
            b.iter(|| stopping.stop(black_box(&())));
        });
        assert!(
            stopping.status().is_none(),
            "every stop measured was one of a running loop"
        );
    }
    c.final_summary();
}
