//! Leaders with followers who are not decided: the four examples of (CervinkaMatonohaOutrata2009) and problems with
//! known optimistic and pessimistic values.

use nlp_model::{AutoModel, Bilevel, Complementarity, Meta, Model, Side, Tape, TwiceSmooth};
use serde_json::Value;

use super::{number, numbers, text};
use crate::formula::{Formula, FormulaModel, formula_model};

/// A bilevel program made of formulas.
#[derive(Debug)]
pub struct FormulaBilevel {
    nx: usize,
    upper: AutoModel<FormulaModel>,
    lower: AutoModel<FormulaModel>,
}

impl Bilevel for FormulaBilevel {
    fn nx(&self) -> usize {
        self.nx
    }
    fn ny(&self) -> usize {
        self.upper.meta().nvar() - self.nx
    }
    fn upper(&self) -> &dyn TwiceSmooth {
        &self.upper
    }
    fn lower(&self) -> &dyn TwiceSmooth {
        &self.lower
    }
    fn lower_formula(&self) -> Option<&Tape> {
        self.lower.formula()
    }
}

/// Rows and bounds read from text.
#[derive(Debug)]
struct Constraints {
    lvar: Vec<f64>,
    uvar: Vec<f64>,
    rows: Vec<String>,
    lcon: Vec<f64>,
    ucon: Vec<f64>,
}

impl Constraints {
    /// Reads `0<=y1,y2<=1; x + y - 7 <= 0` and the like: comparisons in a chain, several by `;`, several middles by `,`.
    fn read(constraints: &str, names: &[String]) -> Self {
        let mut read = Constraints {
            lvar: vec![f64::NEG_INFINITY; names.len()],
            uvar: vec![f64::INFINITY; names.len()],
            rows: Vec::new(),
            lcon: Vec::new(),
            ucon: Vec::new(),
        };
        for chain in constraints
            .split(';')
            .map(str::trim)
            .filter(|c| !c.is_empty())
        {
            let (terms, signs) = split_chain(chain);
            for (k, sign) in signs.iter().enumerate() {
                for left in terms[k].split(',') {
                    for right in terms[k + 1].split(',') {
                        read.compare(left.trim(), sign, right.trim(), names);
                    }
                }
            }
        }
        read
    }

    /// left ≤ right, left ≥ right, or left = right.
    fn compare(&mut self, left: &str, sign: &str, right: &str, names: &[String]) {
        let constant = |side: &str| Formula::parse(side, &[]).ok().map(|f| f.eval::<f64>(&[]));
        let (expression, bound, sign) = match (constant(left), constant(right)) {
            (None, Some(bound)) => (left.to_owned(), bound, sign),
            (Some(bound), None) => {
                let turned = match sign {
                    "<=" => ">=",
                    ">=" => "<=",
                    equal => equal,
                };
                (right.to_owned(), bound, turned)
            }
            _ => (format!("({left}) - ({right})"), 0.0, sign),
        };
        let (lower, upper) = match sign {
            "<=" => (f64::NEG_INFINITY, bound),
            ">=" => (bound, f64::INFINITY),
            _ => (bound, bound),
        };
        match names.iter().position(|name| *name == expression) {
            Some(j) => {
                self.lvar[j] = self.lvar[j].max(lower);
                self.uvar[j] = self.uvar[j].min(upper);
            }
            None => {
                self.rows.push(expression);
                self.lcon.push(lower);
                self.ucon.push(upper);
            }
        }
    }
}

/// The terms of a chain of comparisons, and the signs between them.
fn split_chain(chain: &str) -> (Vec<String>, Vec<&str>) {
    let mut terms = vec![String::new()];
    let mut signs = Vec::new();
    let mut rest = chain;
    while let Some(c) = rest.chars().next() {
        let sign = ["<=", ">=", "==", "=", "<", ">"]
            .into_iter()
            .find(|sign| rest.starts_with(sign));
        match sign {
            Some(sign) => {
                signs.push(match sign {
                    "<" => "<=",
                    ">" => ">=",
                    "==" => "=",
                    sign => sign,
                });
                terms.push(String::new());
                rest = &rest[sign.len()..];
            }
            None => {
                terms.last_mut().expect("never empty").push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    (terms, signs)
}

/// A bilevel program in the variables x, x1, x2, …, y, y1, … that occur in its texts.
///
/// # Panics
/// When a text is no formula.
pub fn bilevel(
    name: &str,
    [leader, leader_constraints]: [&str; 2],
    [follower, follower_constraints]: [&str; 2],
) -> FormulaBilevel {
    let texts = [leader, leader_constraints, follower, follower_constraints].join(" ");
    let (x, y) = (variables(&texts, 'x'), variables(&texts, 'y'));
    let names = [&x[..], &y].concat();
    let level = |objective: &str, constraints: &str| {
        let read = Constraints::read(constraints, &names);
        let meta = Meta::new(name, names.len(), read.rows.len())
            .variable_bounds(&read.lvar, &read.uvar)
            .and_then(|meta| meta.constraint_bounds(&read.lcon, &read.ucon))
            .expect("bounds are consistent");
        formula_model(meta, &names, objective, &read.rows).expect("formulas can be read")
    };
    FormulaBilevel {
        nx: x.len(),
        upper: level(leader, leader_constraints),
        lower: level(follower, follower_constraints),
    }
}

/// The variables with this letter, in the order of their numbers.
fn variables(texts: &str, letter: char) -> Vec<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = texts.split(|c| !is_word(c));
    let mut found: Vec<String> = words
        .filter(|word| word.starts_with(letter) && word[1..].chars().all(|c| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    found.sort_by_key(|name| name[1..].parse::<usize>().unwrap_or(0));
    found.dedup();
    found
}

/// What is known in one sense.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// The infimum.
    pub value: f64,
    /// Whether it is attained.
    pub attained: bool,
}

/// A problem with known values.
#[derive(Debug)]
pub struct PessimisticProblem {
    /// Its name.
    pub name: String,
    /// The program.
    pub model: FormulaBilevel,
    /// With followers who help.
    pub optimistic: Known,
    /// With followers who harm.
    pub pessimistic: Known,
}

/// The problems of a file such as `pessimistic_tests.json`.
///
/// # Panics
/// When the file is not as it should be.
pub fn problems(file: &str) -> Vec<PessimisticProblem> {
    let data = crate::data(file);
    let tests = data["tests"].as_array().expect("a list");
    tests.iter().map(problem).collect()
}

fn problem(test: &Value) -> PessimisticProblem {
    let known = |sense: &str| Known {
        value: number(&test[sense]["value"]),
        attained: test[sense]["attained"].as_bool().expect("true or false"),
    };
    let level = |level: &str| -> [String; 2] {
        ["objective", "constraints"].map(|what| text(&test[format!("{level}_{what}")]).to_owned())
    };
    let (upper, lower) = (level("upper"), level("lower"));
    PessimisticProblem {
        name: text(&test["name"]).to_owned(),
        model: bilevel(
            text(&test["name"]),
            [&upper[0], &upper[1]],
            [&lower[0], &lower[1]],
        ),
        optimistic: known("optimistic"),
        pessimistic: known("pessimistic"),
    }
}

/// Followers given by complementarity conditions, with a leader's objective.
pub type Conditions = Complementarity<AutoModel<FormulaModel>>;

/// Examples 1 and 2: x ∈ \[−2, 2\], y ≥ 0, y₁ ≤ 1, y₂ − y₃ = x, y₁ ⟂ y₃, y₂ ⟂ 1 − y₁; f = x² + y₁².
///
/// # Panics
/// Never: the formulas are constants.
pub fn example_1() -> Conditions {
    let inf = f64::INFINITY;
    let names = ["x", "y1", "y2", "y3"].map(str::to_owned);
    let rows = ["y2 - y3 - x", "y1", "1 - y1"].map(str::to_owned);
    let meta = Meta::new("example 1", 4, 3)
        .variable_bounds(&[-2.0, -inf, 0.0, 0.0], &[2.0, inf, inf, inf])
        .and_then(|meta| meta.constraint_bounds(&[0.0; 3], &[0.0, inf, inf]));
    let model =
        formula_model(meta.expect("bounds"), &names, "x^2 + y1^2", &rows).expect("formulas");
    let conditions = [
        (Side::Variable(3), Side::Row(1)),
        (Side::Variable(2), Side::Row(2)),
    ];
    Complementarity::new(model, &conditions).expect("sides exist")
}

/// Example 3: x ∈ \[−2, 0\]², 0 ≤ y₁ ⟂ y₁ − 2y₂ − x₁ ≥ 0, 0 ≤ y₂ ⟂ y₂ − 2y₁ − x₂ ≥ 0;
/// f = x₁ + x₂ + 2(y₁ + y₂).
///
/// # Panics
/// Never: the formulas are constants.
pub fn example_3() -> Conditions {
    let inf = f64::INFINITY;
    let names = ["x1", "x2", "y1", "y2"].map(str::to_owned);
    let rows = ["y1 - 2*y2 - x1", "y2 - 2*y1 - x2"].map(str::to_owned);
    let meta = Meta::new("example 3", 4, 2)
        .variable_bounds(&[-2.0, -2.0, 0.0, 0.0], &[0.0, 0.0, inf, inf])
        .and_then(|meta| meta.constraint_bounds(&[0.0; 2], &[inf; 2]));
    let objective = "x1 + x2 + 2*(y1 + y2)";
    let model = formula_model(meta.expect("bounds"), &names, objective, &rows).expect("formulas");
    let conditions = [
        (Side::Variable(2), Side::Row(0)),
        (Side::Variable(3), Side::Row(1)),
    ];
    Complementarity::new(model, &conditions).expect("sides exist")
}

/// Example 4 with x ∈ \[a, b\]²: y minimizes −x₁y₁ − x₂y₂ + y₃ on the unit cube at (x₁, x₂, x₁² + x₂²); F = ‖y‖².
pub fn example_4(a: f64, b: f64) -> FormulaBilevel {
    bilevel(
        "example 4",
        ["y1^2 + y2^2 + y3^2", &format!("{a}<=x1,x2<={b}")],
        [
            "-x1*y1 - x2*y2 + y3",
            "0 <= y1 - x1 <= 1; 0 <= y2 - x2 <= 1; 0 <= y3 - x1^2 - x2^2 <= 1",
        ],
    )
}

/// ϑ of example 1, μ of example 2, ϑ of examples 3 and 4.
pub fn exact(example: usize, x: &[f64]) -> f64 {
    let step = |holds: bool| f64::from(u8::from(holds));
    match example {
        1 => x[0] * x[0] + step(x[0] >= 0.0),
        2 => x[0] * x[0] + step(x[0] > 0.0),
        3 => -(x[0] + x[1]),
        _ => {
            let square: f64 = x.iter().map(|v| v * v).sum();
            let moved: f64 = x.iter().map(|v| (v + step(*v >= 0.0)).powi(2)).sum();
            moved + square * square
        }
    }
}

/// A row of tables 1 to 3 of (CervinkaMatonohaOutrata2009), as printed.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// First radius.
    pub rhobeg: f64,
    /// Last radius.
    pub rhoend: f64,
    /// x⁰.
    pub start: Vec<f64>,
    /// Bounds of all x.
    pub bounds: [f64; 2],
    /// The point where the authors' run ended.
    pub x: Vec<f64>,
    /// Their value.
    pub theta: f64,
    /// Their outer evaluations, and inner failures; NaN where the report does not tell.
    pub evaluations: f64,
    /// See `evaluations`.
    pub inner_failures: f64,
}

/// The rows of table 1, 2, or 3.
///
/// # Panics
/// When the file is not as it should be.
pub fn table(number_of_table: usize) -> Vec<TableRow> {
    let data = crate::data("pessimistic_examples.json");
    let rows = data[format!("table{number_of_table}")]
        .as_array()
        .expect("rows");
    let vector = |value: &Value| match value.as_f64() {
        Some(single) => vec![single],
        None => numbers(value),
    };
    rows.iter()
        .map(|row| {
            let paper = &row["paper"];
            let bounds = if row["bounds"].is_null() {
                &row["box"]
            } else {
                &row["bounds"]
            };
            let bounds = numbers(bounds);
            TableRow {
                rhobeg: number(&row["RHOBEG"]),
                rhoend: number(&row["RHOEND"]),
                start: vector(&row["x0"]),
                bounds: [bounds[0], bounds[1]],
                x: vector(&paper["x"]),
                theta: number(&paper["theta"]),
                evaluations: number(&paper["NFV"]),
                inner_failures: number(&paper["inner_failures"]),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_read_as_bounds_or_rows() {
        let names = ["x", "y1", "y2"].map(str::to_owned);
        let read = Constraints::read("0<=y1,y2<=1; x+y1 >= 2; -1 <= 2*x <= y1; x<=3", &names);
        assert_eq!(read.lvar, [f64::NEG_INFINITY, 0.0, 0.0]);
        assert_eq!(read.uvar, [3.0, 1.0, 1.0]);
        assert_eq!(read.rows, ["x+y1", "2*x", "(2*x) - (y1)"]);
        assert_eq!(read.lcon, [2.0, -1.0, f64::NEG_INFINITY]);
        assert_eq!(read.ucon, [f64::INFINITY, f64::INFINITY, 0.0]);
    }

    #[test]
    fn stored_tables_and_problems_are_complete() {
        assert_eq!([1, 2, 3].map(|k| table(k).len()), [26, 18, 16]);
        let solved = |k: usize| table(k).iter().filter(|row| row.theta <= 1e-6).count();
        assert_eq!([1, 2, 3].map(solved), [16, 16, 13]);
        assert_eq!(table(3)[0].evaluations, 193.0);
        let problems = problems("pessimistic_tests.json");
        assert_eq!(problems.len(), 11);
        let bard = problems.iter().find(|p| p.name == "bard_1988_1").unwrap();
        assert_eq!((bard.model.nx(), bard.model.ny()), (1, 1));
        assert_eq!(bard.model.lower().meta().ncon(), 3);
    }
}
