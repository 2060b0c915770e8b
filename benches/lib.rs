//! Criterion benchmarks, one topic a file.
