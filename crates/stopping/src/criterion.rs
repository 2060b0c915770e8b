//! The measure of a state: one score or several.

/// One score; `None` when the state does not know enough.
type ScalarFn<P, S> = Box<dyn FnMut(&P, &S) -> Option<f64> + Send>;
/// Several scores, written into the slice.
type VectorFn<P, S> = Box<dyn FnMut(&P, &S, &mut [f64]) -> Option<()> + Send>;

pub(crate) enum Criterion<P: ?Sized, S> {
    Scalar(ScalarFn<P, S>),
    Vector(VectorFn<P, S>),
}

impl<P: ?Sized, S> Criterion<P, S> {
    pub(crate) fn scalar<R: Into<Option<f64>>>(
        mut score: impl FnMut(&P, &S) -> R + Send + 'static,
    ) -> Self {
        Criterion::Scalar(Box::new(move |problem, state| score(problem, state).into()))
    }

    pub(crate) fn vector<R: Into<Option<()>>>(
        mut scores: impl FnMut(&P, &S, &mut [f64]) -> R + Send + 'static,
    ) -> Self {
        Criterion::Vector(Box::new(move |problem, state, out| {
            scores(problem, state, out).into()
        }))
    }

    /// Writes the scores into `out` and tells whether they are known.
    #[inline]
    pub(crate) fn measure(&mut self, problem: &P, state: &S, out: &mut [f64]) -> bool {
        match self {
            Criterion::Scalar(score) => match score(problem, state) {
                Some(value) => {
                    out[0] = value;
                    true
                }
                None => false,
            },
            Criterion::Vector(scores) => scores(problem, state, out).is_some(),
        }
    }
}

/// The score of two criteria that must both hold: the larger distance to zero. NaN propagates.
///
/// A vector of scores, each with its own tolerance, is the finer way to say the same
/// ([`Stopping::with_scores`](crate::Stopping::with_scores)).
#[inline]
pub fn all_of(scores: &[f64]) -> f64 {
    scores.iter().fold(0.0, |worst: f64, score| {
        if worst.is_nan() || score.abs() <= worst {
            worst
        } else {
            score.abs()
        }
    })
}

/// The score of several criteria of which one is enough: the smallest distance to zero. NaN propagates,
/// because a measure that cannot be computed is no success; an empty slice gives +∞.
pub fn any_of(scores: &[f64]) -> f64 {
    scores.iter().fold(f64::INFINITY, |best: f64, score| {
        if best.is_nan() || score.abs() >= best {
            best
        } else {
            score.abs()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{all_of, any_of};

    #[test]
    fn both_takes_the_larger_and_either_the_smaller_distance() {
        assert_eq!(all_of(&[0.5, -2.0, 1.0]), 2.0);
        assert_eq!(any_of(&[0.5, -0.25, 1.0]), 0.25);
        assert_eq!(all_of(&[]), 0.0);
        assert_eq!(any_of(&[]), f64::INFINITY);
    }

    #[test]
    fn nan_is_never_hidden_by_a_combination() {
        for scores in [[f64::NAN, 0.0], [0.0, f64::NAN]] {
            assert!(all_of(&scores).is_nan());
            assert!(any_of(&scores).is_nan());
        }
        assert!(any_of(&[0.0, f64::NAN, 0.0]).is_nan());
    }
}
