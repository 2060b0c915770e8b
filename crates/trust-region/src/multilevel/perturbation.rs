//! Random neighbours of a solution, restored to the set of minimizers.

use std::fmt;

use linalg::random::SplitMix;
use linalg::slice::{axpy, norm2};
use nlp_model::Multilevel;

use super::frame::Frame;
use super::level_state::LevelState;
use super::restoration::Restoration;

/// What random neighbours show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Perturbation {
    /// Number of neighbours.
    pub samples: usize,
    /// For each level, whether it falls at a neighbour while the levels before stay.
    pub falls: Vec<bool>,
    /// Largest fall of the last level, ≥ 0.
    pub largest_fall: f64,
    /// Change of f_0 that counts.
    pub resolution: f64,
    /// Mean distance of a restored neighbour to the unrestored, in radii; of the order of the radius on a manifold.
    pub drift: f64,
}

impl fmt::Display for Perturbation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels = self.falls.iter().enumerate();
        let falling: Vec<String> = levels
            .filter(|(_, falls)| **falls)
            .map(|(k, _)| k.to_string())
            .collect();
        write!(f, "{} neighbours: ", self.samples)?;
        if falling.is_empty() {
            write!(f, "none is better")?;
        } else {
            write!(f, "better at level {}", falling.join(", "))?;
        }
        write!(f, ", drift {:.1e} radii", self.drift)
    }
}

/// Number of neighbours.
const SAMPLES: usize = 50;
/// Distances of neighbours in units of 1 + ‖x‖, in turns.
const RADII: [f64; 2] = [1e-2, 1e-3];
/// A fall below this fraction of the variation of a level in the neighbourhood does not count.
const FRACTION: f64 = 1e-6;

/// Examines neighbours x + rw, w in what all levels but the last leave free; in the whole space when that is a point.
pub(super) fn perturb(
    problem: &dyn Multilevel,
    state: &LevelState,
    frame: &Frame,
    restoration: &mut Restoration,
    seed: u64,
) -> Perturbation {
    let (n, levels) = (state.x.len(), problem.levels());
    let mut random = SplitMix::new(seed);
    let size = 1.0 + norm2(&state.x);
    // the variation of each level nearby
    let mut resolution = vec![0.0_f64; levels];
    let mut neighbour = LevelState::new(state.x.clone(), levels);
    for _ in 0..10 {
        neighbour.x.copy_from_slice(&state.x);
        let w = random.direction(n);
        axpy(RADII[0] * size, &w, &mut neighbour.x);
        for (k, resolution) in resolution.iter_mut().enumerate() {
            let change = (problem.level(k).obj(&neighbour.x) - state.f[k]).abs();
            *resolution = resolution.max(FRACTION * change + 1e-13 * state.f[k].abs());
        }
    }
    let last = levels - 1;
    let free = if last == 0 {
        &[]
    } else {
        frame.levels[last - 1].null()
    };
    let mut result = Perturbation {
        samples: SAMPLES,
        falls: vec![false; levels],
        largest_fall: 0.0,
        resolution: resolution[0],
        drift: 0.0,
    };
    for sample in 0..SAMPLES {
        let r = RADII[sample % RADII.len()] * size;
        let mut w = vec![0.0; n];
        let restored_levels = if free.is_empty() {
            w = random.direction(n);
            1
        } else {
            let combination = random.direction(free.len() / n);
            for (column, weight) in free.chunks_exact(n).zip(&combination) {
                axpy(*weight, column, &mut w);
            }
            last
        };
        neighbour.x.copy_from_slice(&state.x);
        axpy(r, &w, &mut neighbour.x);
        let before = neighbour.x.clone();
        let restored = restoration.minimize(problem, &mut neighbour, restored_levels);
        neighbour.evaluate(problem, levels);
        for k in 0..levels {
            let fall = state.f[k] - neighbour.f[k];
            // a level counts as long as those before it are as low as at x
            if fall > resolution[k] {
                result.falls[k] = true;
            }
            if k == last && fall > 0.0 && !free.is_empty() {
                result.largest_fall = result.largest_fall.max(fall);
            }
            let stays = fall.abs() <= resolution[k];
            if !stays {
                break;
            }
        }
        if restored.is_ok() && !free.is_empty() && r <= RADII[1] * size {
            let moved: f64 = before
                .iter()
                .zip(&neighbour.x)
                .map(|(a, b)| (a - b).powi(2))
                .sum();
            result.drift += moved.sqrt() / r / (SAMPLES / RADII.len()) as f64;
        }
    }
    result
}
