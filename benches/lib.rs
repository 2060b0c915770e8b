//! Benchmarks, one topic a file: `cargo bench -p stackelberg-benches --bench newton`.

use std::time::Duration;

use criterion::Criterion;

/// A driver with modest samples, under the command line's filters.
pub fn modest() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args()
}
