//! Models made of formulas.

use nlp_model::{AutoModel, Functions, Meta, Scalar};

use super::{Formula, FormulaError};

/// Objective and constraints as formulas; [`AutoModel`] differentiates them.
#[derive(Clone, Debug)]
pub struct FormulaModel {
    objective: Formula,
    constraints: Vec<Formula>,
}

impl Functions for FormulaModel {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        self.objective.eval(x)
    }

    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        for (c, formula) in c.iter_mut().zip(&self.constraints) {
            *c = formula.eval(x);
        }
    }
}

/// A model of the formulas `objective` and `constraints` in the variables `names`; `meta` holds sizes,
/// start and bounds.
///
/// # Errors
/// When a text is no formula in these variables.
///
/// # Panics
/// When `meta` has another number of variables or constraints.
pub fn formula_model(
    meta: Meta,
    names: &[String],
    objective: &str,
    constraints: &[String],
) -> Result<AutoModel<FormulaModel>, FormulaError> {
    assert_eq!(meta.nvar(), names.len(), "one name for each variable");
    assert_eq!(meta.ncon(), constraints.len(), "one formula for each row");
    let rows = constraints.iter().map(|text| Formula::parse(text, names));
    let functions = FormulaModel {
        objective: Formula::parse(objective, names)?,
        constraints: rows.collect::<Result<_, _>>()?,
    };
    Ok(AutoModel::new(functions, meta))
}

#[cfg(test)]
mod tests {
    use super::formula_model;
    use crate::formula::indexed;
    use nlp_model::{Meta, Model, Smooth};

    #[test]
    fn a_model_of_formulas_has_exact_derivatives() {
        let rows = ["x[1]*x[2] - 1".to_owned()];
        let model = formula_model(
            Meta::new("test", 2, 1),
            &indexed("x", 2),
            "exp(x[1]) + x[2]^3",
            &rows,
        )
        .unwrap();
        let mut g = [0.0; 2];
        model.grad(&[0.0, 2.0], &mut g);
        assert_eq!(g, [1.0, 12.0]);
        let mut c = [0.0];
        model.cons(&[3.0, 2.0], &mut c);
        assert_eq!(c, [5.0]);
    }
}
