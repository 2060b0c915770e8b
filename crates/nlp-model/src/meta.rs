//! What is fixed about a model: sizes, start, bounds.

use crate::ModelError;
use crate::error::{check_bounds, check_length, check_point};

/// Sizes, start and bounds of  min f(x)  s.t.  lvar ≤ x ≤ uvar,  lcon ≤ c(x) ≤ ucon.
///
/// Infinite bounds mean that there is none. Build with [`Meta::new`] and the setters, each of which
/// checks what it is given:
///
/// ```
/// use nlp_model::Meta;
/// let meta = Meta::new("HS14", 2, 2)
///     .start(&[2.0, 2.0])?
///     .constraint_bounds(&[0.0, 0.0], &[f64::INFINITY, 0.0])?;
/// assert_eq!(meta.ncon(), 2);
/// # Ok::<(), nlp_model::ModelError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    name: String,
    x0: Vec<f64>,
    lvar: Vec<f64>,
    uvar: Vec<f64>,
    lcon: Vec<f64>,
    ucon: Vec<f64>,
    y0: Vec<f64>,
}

impl Meta {
    /// `nvar` free variables starting at 0 and `ncon` constraints c(x) ≤ 0.
    pub fn new(name: impl Into<String>, nvar: usize, ncon: usize) -> Self {
        Meta {
            name: name.into(),
            x0: vec![0.0; nvar],
            lvar: vec![f64::NEG_INFINITY; nvar],
            uvar: vec![f64::INFINITY; nvar],
            lcon: vec![f64::NEG_INFINITY; ncon],
            ucon: vec![0.0; ncon],
            y0: vec![0.0; ncon],
        }
    }

    /// The starting point, `nvar` finite numbers.
    pub fn start(mut self, x0: &[f64]) -> Result<Self, ModelError> {
        check_point("start", x0, self.nvar())?;
        self.x0.copy_from_slice(x0);
        Ok(self)
    }

    /// The starting multipliers of the constraints, `ncon` finite numbers.
    pub fn start_multipliers(mut self, y0: &[f64]) -> Result<Self, ModelError> {
        check_point("start multipliers", y0, self.ncon())?;
        self.y0.copy_from_slice(y0);
        Ok(self)
    }

    /// Bounds of the variables, `nvar` numbers each.
    pub fn variable_bounds(mut self, lvar: &[f64], uvar: &[f64]) -> Result<Self, ModelError> {
        check_length("lvar", lvar, self.nvar())?;
        check_length("uvar", uvar, self.nvar())?;
        check_bounds("variable", lvar, uvar)?;
        self.lvar.copy_from_slice(lvar);
        self.uvar.copy_from_slice(uvar);
        Ok(self)
    }

    /// Bounds of the constraints, `ncon` numbers each; equal bounds make an equality.
    pub fn constraint_bounds(mut self, lcon: &[f64], ucon: &[f64]) -> Result<Self, ModelError> {
        check_length("lcon", lcon, self.ncon())?;
        check_length("ucon", ucon, self.ncon())?;
        check_bounds("constraint", lcon, ucon)?;
        self.lcon.copy_from_slice(lcon);
        self.ucon.copy_from_slice(ucon);
        Ok(self)
    }

    /// The first `inequalities` rows are c ≤ 0, the others c = 0.
    pub fn inequalities_then_equalities(mut self, inequalities: usize) -> Self {
        for i in inequalities..self.ncon() {
            (self.lcon[i], self.ucon[i]) = (0.0, 0.0);
        }
        self
    }

    /// Name of the model.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Number of variables n.
    pub fn nvar(&self) -> usize {
        self.x0.len()
    }
    /// Number of constraints m.
    pub fn ncon(&self) -> usize {
        self.lcon.len()
    }
    /// Starting point (n).
    pub fn x0(&self) -> &[f64] {
        &self.x0
    }
    /// Starting multipliers (m).
    pub fn y0(&self) -> &[f64] {
        &self.y0
    }
    /// Lower bounds of the variables (n).
    pub fn lvar(&self) -> &[f64] {
        &self.lvar
    }
    /// Upper bounds of the variables (n).
    pub fn uvar(&self) -> &[f64] {
        &self.uvar
    }
    /// Lower bounds of the constraints (m).
    pub fn lcon(&self) -> &[f64] {
        &self.lcon
    }
    /// Upper bounds of the constraints (m).
    pub fn ucon(&self) -> &[f64] {
        &self.ucon
    }
    /// True when row `i` is an equality.
    pub fn is_equality(&self, i: usize) -> bool {
        self.lcon[i] == self.ucon[i]
    }
    /// True when a variable has a finite bound.
    pub fn has_bounds(&self) -> bool {
        let finite = |b: &[f64]| b.iter().any(|v| v.is_finite());
        finite(&self.lvar) || finite(&self.uvar)
    }
}

#[cfg(test)]
mod tests {
    use super::Meta;
    use crate::ModelError;

    #[test]
    fn each_setter_refuses_what_makes_no_sense() {
        let meta = || Meta::new("m", 2, 1);
        assert!(matches!(
            meta().start(&[0.0]),
            Err(ModelError::Dimension {
                expected: 2,
                found: 1,
                ..
            })
        ));
        assert!(matches!(
            meta().start(&[0.0, f64::NAN]),
            Err(ModelError::NotANumber { index: 1, .. })
        ));
        assert!(matches!(
            meta().start(&[f64::INFINITY, 0.0]),
            Err(ModelError::Infinite { index: 0, .. })
        ));
        assert!(matches!(
            meta().variable_bounds(&[0.0, 2.0], &[1.0, 1.0]),
            Err(ModelError::ContradictoryBounds { index: 1, .. })
        ));
        assert!(matches!(
            meta().constraint_bounds(&[f64::INFINITY], &[f64::INFINITY]),
            Err(ModelError::ContradictoryBounds { index: 0, .. })
        ));
        assert!(meta().start_multipliers(&[1.0, 2.0]).is_err());
    }

    #[test]
    fn rows_are_inequalities_unless_said_otherwise() {
        let meta = Meta::new("m", 1, 3).inequalities_then_equalities(2);
        assert_eq!([0, 1, 2].map(|i| meta.is_equality(i)), [false, false, true]);
        assert!(!meta.has_bounds());
    }
}
