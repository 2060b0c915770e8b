//! What is known at the current iterate.

/// What a stopping may ask of any state.
///
/// Both answers are optional. An author of a solver who implements the trait with an empty body
/// (`impl State for Mine {}`) gets the criterion, the budgets, stall detection and towers; the point and the
/// objective add the scans for NaN and for divergence.
pub trait State {
    /// The current point. Empty when there is none to scan.
    fn point(&self) -> &[f64] {
        &[]
    }
    /// The objective value, when known.
    fn objective(&self) -> Option<f64> {
        None
    }
    /// Whether every known number *beside the point* is finite.
    // The name is not `is_finite`: on `&f64` that would shadow the method of the number itself.
    fn is_in_domain(&self) -> bool {
        self.objective().is_none_or(f64::is_finite)
    }
}

impl State for () {}

impl State for f64 {
    fn point(&self) -> &[f64] {
        std::slice::from_ref(self)
    }
}

impl State for Vec<f64> {
    fn point(&self) -> &[f64] {
        self
    }
}

impl<const N: usize> State for [f64; N] {
    fn point(&self) -> &[f64] {
        self
    }
}

impl State for crate::Known {
    fn point(&self) -> &[f64] {
        self.get().unwrap_or(&[])
    }
}

/// The state of any iteration on a vector: point, direction, residual.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GeneralState {
    /// The current point.
    pub x: Vec<f64>,
    /// The last direction.
    pub d: Option<Vec<f64>>,
    /// The residual at `x`.
    pub residual: Option<Vec<f64>>,
}

impl GeneralState {
    /// A state that knows only its point.
    pub fn new(x: Vec<f64>) -> Self {
        GeneralState {
            x,
            ..GeneralState::default()
        }
    }
    /// Moves to `x` and forgets the rest.
    pub fn reinit(&mut self, x: &[f64]) {
        self.x.clear();
        self.x.extend_from_slice(x);
        self.d = None;
        self.residual = None;
    }
}

impl State for GeneralState {
    fn point(&self) -> &[f64] {
        &self.x
    }
    fn is_in_domain(&self) -> bool {
        finite(&self.d) && finite(&self.residual)
    }
}

/// Whether an optional vector is unknown or finite.
pub(crate) fn finite(values: &Option<Vec<f64>>) -> bool {
    values
        .as_ref()
        .is_none_or(|values| values.iter().all(|v| v.is_finite()))
}

#[cfg(test)]
mod tests {
    use super::{GeneralState, State};

    #[test]
    fn unknown_is_not_an_error_and_nan_is() {
        let mut state = GeneralState::new(vec![1.0, 2.0]);
        assert!(state.is_in_domain());
        state.residual = Some(vec![0.0, f64::NAN]);
        assert!(!state.is_in_domain());
        state.reinit(&[3.0]);
        assert_eq!(state, GeneralState::new(vec![3.0]));
        assert!(state.is_in_domain());
    }

    #[test]
    fn numbers_and_arrays_are_states() {
        assert_eq!(2.5_f64.point(), &[2.5]);
        assert_eq!([1.0, 2.0].point(), vec![1.0, 2.0].point());
        assert!(().point().is_empty());
    }
}
