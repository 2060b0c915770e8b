//! Names for families of responses that are connected.

use super::pieces::distance;

/// Families of responses, each under the sides that are zero on it.
///
/// Two wells of a follower's objective may have the same sides at zero, and the value jumps where their depths cross.
/// A response belongs to the family of a known one when the piece, solved from the known response, ends at it.
#[derive(Debug, Default)]
pub(super) struct Branches {
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    pattern: u64,
    family: u64,
    x: Vec<f64>,
    y: Vec<f64>,
}

/// Responses nearer than this, relative to 1 + |y|, are one.
const SAME: f64 = 1e-5;

impl Branches {
    /// The family of y at x; `solve_from` solves the piece at x from a response at another x.
    pub fn identify(
        &mut self,
        pattern: u64,
        x: &[f64],
        y: &[f64],
        mut solve_from: impl FnMut(&[f64]) -> Option<Vec<f64>>,
    ) -> u64 {
        let families = self
            .known
            .iter()
            .filter(|k| k.pattern == pattern)
            .map(|k| k.family);
        let count = families.max().map_or(0, |last| last + 1);
        let mut nearest: Vec<&Known> = (0..count)
            .filter_map(|family| {
                let members = self
                    .known
                    .iter()
                    .filter(|k| k.pattern == pattern && k.family == family);
                members.min_by(|a, b| distance(&a.x, x).total_cmp(&distance(&b.x, x)))
            })
            .collect();
        nearest.sort_by(|a, b| distance(&a.y, y).total_cmp(&distance(&b.y, y)));
        let is_same = |known: &&&Known| {
            distance(&known.y, y) <= SAME
                || solve_from(&known.y).is_some_and(|end| distance(&end, y) <= SAME)
        };
        let family = nearest
            .iter()
            .find(is_same)
            .map_or(count, |known| known.family);
        self.known.push(Known {
            pattern,
            family,
            x: x.to_vec(),
            y: y.to_vec(),
        });
        family
    }
}

/// What is zero at the responses of every x so far.
///
/// At the rim of a piece more is zero than on it. Such an x belongs to the piece beside it: a label of its own would stand for
/// a single point, of which no model can be made.
#[derive(Debug, Default)]
pub(super) struct Strata {
    known: Vec<Stratum>,
}

#[derive(Debug)]
struct Stratum {
    x: Vec<f64>,
    y: Vec<f64>,
    zeros: Vec<bool>,
}

/// A neighbour is one within this, relative to 1 + |x|, with a response that moves no more than so many times as much.
const BESIDE: f64 = 0.5;
/// See [`BESIDE`].
const MOVES: f64 = 8.0;

impl Strata {
    /// What is zero on the piece that x belongs to: the `zeros` at x, or the part of them at a neighbour that is nearer
    /// than all x with the same zeros.
    pub fn adopt(&mut self, x: &[f64], y: &[f64], zeros: Vec<bool>) -> Vec<bool> {
        let is_part = |of: &[bool]| of.iter().zip(&zeros).all(|(of, all)| *all || !*of);
        let is_beside = |known: &&Stratum| {
            let apart = distance(&known.x, x);
            known.zeros == zeros
                || is_part(&known.zeros)
                    && apart <= BESIDE
                    && distance(&known.y, y) <= MOVES * apart + SAME
        };
        let nearest = self
            .known
            .iter()
            .filter(is_beside)
            .min_by(|a, b| distance(&a.x, x).total_cmp(&distance(&b.x, x)));
        let part = nearest.filter(|known| known.zeros != zeros);
        if let Some(known) = part {
            return known.zeros.clone();
        }
        self.known.push(Stratum {
            x: x.to_vec(),
            y: y.to_vec(),
            zeros: zeros.clone(),
        });
        zeros
    }
}

/// The hash of Fowler, Noll and Vo.
pub(super) struct Fnv(pub u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Takes another number in.
    pub fn push(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x0100_0000_01b3);
    }
}

#[cfg(test)]
mod tests {
    use super::Branches;

    #[test]
    fn responses_that_a_local_solution_connects_are_one_family() {
        // wells at y = ±1 + x: a local solution stays in its well
        let local = |x: f64| move |y: &[f64]| Some(vec![x + if y[0] > 0.0 { 1.0 } else { -1.0 }]);
        let mut branches = Branches::default();
        let mut name = |x: f64, y: f64| branches.identify(7, &[x], &[y], local(x));
        let (right, left) = (name(0.0, 1.0), name(0.1, -0.9));
        assert_ne!(right, left);
        assert_eq!(name(0.3, 1.3), right);
        assert_eq!(name(-0.4, -1.4), left);
        // the same points under another pattern are another matter
        assert_eq!(branches.identify(8, &[0.0], &[1.0], local(0.0)), 0);
    }
}
