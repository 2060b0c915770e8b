//! An over-fitting monitor: a second problem, watched along the run, ends the first.

use std::ops::ControlFlow::{Break, Continue};
use stopping::{Entry, Norm, Status, Stopping};

/// Data (t, value) to be fitted by a polynomial.
struct Data(Vec<(f64, f64)>);

impl Data {
    /// sin 3t with a deterministic ripple of amplitude `noise`.
    fn new(points: usize, shift: f64, noise: f64) -> Self {
        let at = |k: usize| -1.0 + 2.0 * (k as f64 + shift) / points as f64;
        let value = |k: usize| (3.0 * at(k)).sin() + noise * (17.0 * k as f64).cos();
        Data((0..points).map(|k| (at(k), value(k))).collect())
    }
    /// Half the mean squared error, and its gradient.
    fn loss(&self, w: &[f64]) -> (f64, Vec<f64>) {
        let (n, mut value, mut g) = (self.0.len() as f64, 0.0, vec![0.0; w.len()]);
        for &(t, y) in &self.0 {
            let error = w.iter().rev().fold(0.0, |sum, w| sum * t + w) - y;
            value += 0.5 * error * error / n;
            let slope = |(g, k): (&mut f64, i32)| *g += error * t.powi(k) / n;
            g.iter_mut().zip(0..).for_each(slope);
        }
        (value, g)
    }
}

/// Runs the example and asserts its numbers.
pub fn main() {
    let (train, test) = (Data::new(12, 0.0, 0.8), Data::new(40, 0.5, 0.0));
    let (mut least, mut patience) = (f64::INFINITY, 0);
    let slope = |train: &Data, w: &Vec<f64>| Norm::Inf.of(&train.loss(w).1);
    let watched = Data::new(40, 0.5, 0.0);
    let mut stopping = Stopping::new(vec![0.0; 11], slope)
        .with_history(Some(11))
        .with_observer(move |_, w, _| {
            let loss = watched.loss(w).0;
            (patience, least) = if loss < least {
                (0, loss)
            } else {
                (patience + 1, least)
            };
            let enough = (patience == 10).then_some(Status::StopByUser);
            enough.map_or(Continue(()), Break)
        });
    let mut status = stopping.start(&train);
    while status.is_none() {
        let g = train.loss(&stopping.state).1;
        linalg::slice::axpy(-0.5, &g, &mut stopping.state);
        status = stopping.stop(&train);
    }
    assert_eq!(status, Some(Status::StopByUser));
    // The test loss was best ten stops ago.
    let history = stopping.history().expect("recorded");
    let test_loss = |entry: &Entry<Vec<f64>>| Some(test.loss(&entry.state).0);
    let best = history.best_by(test_loss).expect("not empty");
    assert_eq!(best.iteration, stopping.iterations() - 10);
    assert!(train.loss(&stopping.state).0 < train.loss(&best.state).0);
}
