//! Objectives that jump: the cliff-cut trust region.

mod archive;
mod bisect;
mod certificate;
mod cut;
mod driver;
mod evaluation;
mod label_free;
mod local;
mod model;
mod quadratic;
mod random;
mod step;
mod vector;

pub use evaluation::{Evaluation, Label};

/// Experimental.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Rough { pub x: Vec<f64>, pub infimum: f64, pub certified: bool, pub played: Option<f64>, pub evaluations: usize, pub active: usize, pub residual: f64 }

/// Experimental.
pub fn rough(mut f: impl FnMut(&[f64]) -> Evaluation, x0: &[f64], lower: &[f64], upper: &[f64], max: usize, seed: u64, labelled: bool) -> Rough {
    let mut oracle = |u: &[f64]| {
        let x: Vec<f64> = u.iter().zip(lower.iter().zip(upper)).map(|(u, (l, h))| l + u * (h - l)).collect();
        Ok(f(&x))
    };
    let start: Vec<f64> = x0.iter().zip(lower.iter().zip(upper)).map(|(x, (l, h))| (x - l) / (h - l)).collect();
    let mut archive = archive::Archive::new(x0.len(), max, labelled, &mut oracle);
    let mut found = driver::Found::default();
    let _ = driver::run(&mut archive, &start, seed, &mut found);
    let low = archive.lowest(0..archive.points.len());
    let evaluations = archive.points.len();
    match &found.best {
        Some(b) => Rough { x: b.u.clone(), infimum: b.infimum, certified: found.certified, played: found.played.map(|k| archive.value(k)), evaluations, active: b.active.len(), residual: b.residual },
        None => Rough { x: vec![], infimum: low.map_or(f64::NAN, |k| archive.value(k)), certified: false, played: low.map(|k| archive.value(k)), evaluations, active: 0, residual: f64::NAN },
    }
}
