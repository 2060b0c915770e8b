//! A vector that may be unknown, and keeps its memory when it is.

/// A vector that is known or not. Forgetting it keeps its memory, so that a solver's loop does not allocate.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(from = "Option<Vec<f64>>", into = "Option<Vec<f64>>")
)]
pub struct Known {
    values: Vec<f64>,
    is_known: bool,
}

impl Known {
    /// The vector, when known.
    pub fn get(&self) -> Option<&[f64]> {
        self.is_known.then_some(self.values.as_slice())
    }
    /// Whether the vector is known.
    pub fn is_known(&self) -> bool {
        self.is_known
    }
    /// Copies `values`.
    pub fn set(&mut self, values: &[f64]) {
        self.values.clear();
        self.values.extend_from_slice(values);
        self.is_known = true;
    }
    /// Makes the vector known with `n` entries which `fill` writes over zeros.
    pub fn fill(&mut self, n: usize, fill: impl FnOnce(&mut [f64])) {
        self.values.clear();
        self.values.resize(n, 0.0);
        fill(&mut self.values);
        self.is_known = true;
    }
    /// Forgets the values.
    pub fn forget(&mut self) {
        self.is_known = false;
    }
    /// Whether the vector is unknown or has no NaN and no infinity.
    pub fn is_in_domain(&self) -> bool {
        self.get().is_none_or(linalg::slice::all_finite)
    }
}

/// Two vectors are equal when both are unknown, or both known with equal entries.
impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl From<Option<Vec<f64>>> for Known {
    fn from(values: Option<Vec<f64>>) -> Self {
        Known {
            is_known: values.is_some(),
            values: values.unwrap_or_default(),
        }
    }
}

impl From<Known> for Option<Vec<f64>> {
    fn from(known: Known) -> Self {
        known.is_known.then_some(known.values)
    }
}

#[cfg(test)]
mod tests {
    use super::Known;

    #[test]
    fn what_is_forgotten_is_unknown_whatever_the_memory_holds() {
        let mut g = Known::default();
        assert_eq!(g.get(), None);
        g.set(&[1.0, f64::NAN]);
        assert!(g.is_known() && !g.is_in_domain());
        g.forget();
        assert!(g.is_in_domain());
        assert_eq!(g, Known::default());
        g.fill(2, |out| out[1] = 5.0);
        assert_eq!(g.get(), Some(&[0.0, 5.0][..]));
    }
}
