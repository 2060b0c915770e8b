//! Formulas in infix notation, as the reference data states them, read as functions of a model.
//!
//! A formula has numbers, variables, `+ - * / ^`, the functions of [`Scalar`] (`log` and `ln` are the
//! same), and sums over integers: `sum(j*x[j]^2 for j in R(1,5))`. `^` binds tighter than a sign on its
//! left, as in −x². Whatever does not contain a variable is computed once.

mod model;
mod parse;

pub use model::{FormulaModel, formula_model};

use nlp_model::Scalar;

/// A formula over named variables, ready to be evaluated with any [`Scalar`].
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    steps: Vec<Step>,
}

/// What is wrong with the text of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaError {
    /// The text.
    pub text: String,
    /// What is wrong.
    pub reason: String,
}

impl std::fmt::Display for FormulaError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in {:?}", self.reason, self.text)
    }
}

impl std::error::Error for FormulaError {}

/// One step of an evaluation on a stack.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Number(f64),
    Variable(usize),
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerPower(i32),
    RealPower(f64),
    Power,
    Call(Function),
}

/// A function of one or two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Exp,
    Ln,
    Sqrt,
    Sin,
    Cos,
    Tan,
    Atan,
    Abs,
    Min,
    Max,
}

/// Deepest stack of an evaluation; a deeper formula is refused when it is read.
const DEPTH: usize = 32;

impl Formula {
    /// Reads `text`, a formula in the variables `names`; x\[i\] is the variable of that name with the
    /// value of i in place.
    ///
    /// # Errors
    /// When the text is no formula, a name is unknown, or the formula is too deep.
    ///
    /// ```
    /// use stackelberg_tests::formula::{Formula, indexed};
    /// let f = Formula::parse("x[1]^2 + sum(j*x[j] for j in R(1,3))", &indexed("x", 3))?;
    /// assert_eq!(f.eval(&[2.0, 1.0, -1.0]), 4.0 + 2.0 + 2.0 - 3.0);
    /// # Ok::<(), stackelberg_tests::formula::FormulaError>(())
    /// ```
    pub fn parse(text: &str, names: &[String]) -> Result<Formula, FormulaError> {
        let error = |reason| FormulaError {
            text: text.to_owned(),
            reason,
        };
        let mut steps = Vec::new();
        let tree = parse::tree(text).map_err(error)?;
        tree.lower(names, &mut Vec::new(), &mut steps)
            .map_err(error)?;
        let mut depth = 0;
        for step in &steps {
            depth = match step {
                Step::Number(_) | Step::Variable(_) => depth + 1,
                step => depth + 1 - step.arguments(),
            };
            if depth > DEPTH {
                return Err(error("too many parentheses".to_owned()));
            }
        }
        Ok(Formula { steps })
    }

    /// The value at `x`, one entry for each name.
    ///
    /// # Panics
    /// When `x` is too short.
    pub fn eval<T: Scalar>(&self, x: &[T]) -> T {
        let mut stack = [T::from(0.0); DEPTH];
        let mut top = 0;
        for step in &self.steps {
            match step {
                Step::Number(value) => stack[top] = T::from(*value),
                Step::Variable(i) => stack[top] = x[*i],
                step => {
                    top -= step.arguments();
                    stack[top] = step.apply(stack[top], stack[top + 1]);
                }
            }
            top += 1;
        }
        debug_assert_eq!(top, 1, "a formula leaves one value");
        stack[0]
    }
}

impl Step {
    /// How many values it takes from the stack.
    fn arguments(self) -> usize {
        match self {
            Step::Number(_) | Step::Variable(_) => 0,
            Step::Negate | Step::IntegerPower(_) | Step::RealPower(_) => 1,
            Step::Call(Function::Min | Function::Max) => 2,
            Step::Call(_) => 1,
            _ => 2,
        }
    }

    /// The value of an operation on `a` and, when it has two arguments, `b`.
    fn apply<T: Scalar>(self, a: T, b: T) -> T {
        match self {
            Step::Number(_) | Step::Variable(_) => a,
            Step::Negate => -a,
            Step::Add => a + b,
            Step::Subtract => a - b,
            Step::Multiply => a * b,
            Step::Divide => a / b,
            Step::IntegerPower(n) => a.powi(n),
            Step::RealPower(p) => a.powf(p),
            Step::Power => (a.ln() * b).exp(),
            Step::Call(function) => match function {
                Function::Exp => a.exp(),
                Function::Ln => a.ln(),
                Function::Sqrt => a.sqrt(),
                Function::Sin => a.sin(),
                Function::Cos => a.cos(),
                Function::Tan => a.tan(),
                Function::Atan => a.atan(),
                Function::Abs => a.abs(),
                Function::Min => a.min(b),
                Function::Max => a.max(b),
            },
        }
    }
}

/// The names x\[1\], …, x\[n\].
pub fn indexed(name: &str, n: usize) -> Vec<String> {
    (1..=n).map(|i| format!("{name}[{i}]")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Formula, indexed};
    use nlp_model::Scalar;

    fn value(text: &str, x: &[f64]) -> f64 {
        Formula::parse(text, &indexed("x", x.len()))
            .unwrap()
            .eval(x)
    }

    #[test]
    fn precedence_is_that_of_mathematics() {
        assert_eq!(value("-x[1]^2", &[3.0]), -9.0);
        assert_eq!(value("2^3^2", &[]), 512.0);
        assert_eq!(value("2*x[1]^-1", &[4.0]), 0.5);
        assert_eq!(value("8/2/x[1] - 1 - 1", &[2.0]), 0.0);
        assert_eq!(value("0.5e-3*(x[1] - -x[2])", &[1.0, 3.0]), 2e-3);
        assert_eq!(value("2^x[1]", &[3.0]), (3.0 * 2.0f64.ln()).exp());
        assert_eq!(value("max(x[1], 2) + min(1, x[1])", &[5.0]), 6.0);
    }

    #[test]
    fn sums_nest_and_see_the_indices_around_them() {
        // Σᵢ (Σⱼ (i + j) xⱼ − i)²  for i, j = 1, 2 at x = (1, 2): (2 + 6 − 1)² + (3 + 8 − 2)²
        let text = "sum((sum((i+j)*x[j] for j in R(1,2)) - i)^2 for i in R(1,2))";
        assert_eq!(value(text, &[1.0, 2.0]), 49.0 + 81.0);
        assert_eq!(value("sum(x[i+1] for i in R(1,0))", &[]), 0.0);
    }

    #[test]
    fn derivatives_are_those_of_the_formula() {
        let f = Formula::parse("log(1+x[1]^2)*sin(x[2])", &indexed("x", 2)).unwrap();
        let x = num_dual::Dual64::from_re(0.7).derivative();
        let d = f.eval(&[x, num_dual::Dual64::from_re(0.3)]);
        assert!((d.eps - 1.4 / 1.49 * 0.3f64.sin()).abs() < 1e-15);
        assert!(Scalar::abs(f.eval(&[f64::NAN, 1.0])).is_nan());
    }

    #[test]
    fn what_is_no_formula_is_refused_with_its_reason() {
        for (text, reason) in [
            ("x[3]", "unknown name x[3]"),
            ("(x[1]", "expected ')'"),
            ("x[1] x[2]", "unexpected"),
            ("sum(x[j] for j in R(1,2.5))", "no integer"),
            ("foo(x[1])", "unknown function foo"),
            ("sin(x[1], 2)", "arguments"),
            ("1..2", "number"),
            ("", "unexpected end"),
            ("x[1] $ 2", "character '$'"),
        ] {
            let error = Formula::parse(text, &indexed("x", 2)).unwrap_err();
            assert!(error.reason.contains(reason), "{error}");
        }
    }
}
