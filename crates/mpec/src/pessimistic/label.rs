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
