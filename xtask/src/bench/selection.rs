//! Which runs a benchmark makes: problems, parameters, starts, variants.

use bolib::Problem;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Variants of the globalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// Algorithm 1 of the paper with its parameters.
    Published,
    /// The same with the safeguards of the authors' released code.
    Released,
    /// Our own.
    Production,
}

impl Variant {
    /// All, in the order in which they run.
    pub const ALL: [Variant; 3] = [Variant::Published, Variant::Released, Variant::Production];

    /// Name in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Published => "published",
            Variant::Released => "released",
            Variant::Production => "production",
        }
    }

    /// Parameters of the Newton method.
    pub fn options(self) -> ssn::Options {
        match self {
            Variant::Published => ssn::Options::published(),
            Variant::Released => ssn::Options::released(),
            Variant::Production => ssn::Options::production(),
        }
    }

    /// A run has converged when ‖Φ‖₂ is at most this: 1e-6 as in the paper, and 1e-8.
    pub fn tolerance(self) -> f64 {
        match self {
            Variant::Published | Variant::Released => 1e-6,
            Variant::Production => 1e-8,
        }
    }
}

/// Choice of variants on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variants {
    Published,
    Released,
    Production,
    All,
}

impl Variants {
    /// The variants chosen.
    pub fn list(self) -> Vec<Variant> {
        match self {
            Variants::Published => vec![Variant::Published],
            Variants::Released => vec![Variant::Released],
            Variants::Production => vec![Variant::Production],
            Variants::All => Variant::ALL.to_vec(),
        }
    }
}

/// Choice of starts on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub enum Starts {
    #[value(name = "0")]
    First,
    #[value(name = "1")]
    Second,
    All,
}

impl Starts {
    /// Whether the start number `k` is chosen.
    pub fn contains(self, k: usize) -> bool {
        match self {
            Starts::First => k == 0,
            Starts::Second => k == 1,
            Starts::All => true,
        }
    }
}

/// All runs of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Names of the problems.
    pub problems: Vec<String>,
    /// Penalty parameters λ.
    pub lambdas: Vec<f64>,
    /// Which of the published starts.
    pub starts: Starts,
    /// Variants of the algorithm.
    pub variants: Vec<Variant>,
}

impl Choice {
    /// Names what is not the same in two choices.
    pub fn differs_from(&self, other: &Choice) -> Option<String> {
        let differ = [
            ("problems", self.problems != other.problems),
            ("parameters λ", self.lambdas != other.lambdas),
            ("starts", self.starts != other.starts),
            ("variants", self.variants != other.variants),
        ];
        let names: Vec<&str> = differ.iter().filter(|d| d.1).map(|d| d.0).collect();
        (!names.is_empty()).then(|| format!("it has other {}", names.join(", other ")))
    }
}

/// The parameters of the paper: 3⁻², 3⁻¹, 1, 3, 3².
pub const PUBLISHED_LAMBDAS: [f64; 5] = [1.0 / 9.0, 1.0 / 3.0, 1.0, 3.0, 9.0];

/// The quick subset: every sixth problem, beginning with the first, λ = 1/3, 1, 3.
pub const QUICK_LAMBDAS: [f64; 3] = [1.0 / 3.0, 1.0, 3.0];
const QUICK_STRIDE: usize = 6;

/// Reads a parameter: a decimal number, a fraction `1/3`, or a power `3^-2`.
pub fn parse_lambda(text: &str) -> Result<f64, String> {
    let number = |part: &str| {
        part.trim()
            .parse::<f64>()
            .map_err(|e| format!("`{part}`: {e}"))
    };
    let value = if let Some((a, b)) = text.split_once('/') {
        number(a)? / number(b)?
    } else if let Some((a, b)) = text.split_once('^') {
        number(a)?.powf(number(b)?)
    } else {
        number(text)?
    };
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(format!("λ must be positive and finite, not {value}"))
    }
}

/// A parameter as people write it: `1/9`, `3`, `0.05`.
pub fn lambda_name(lambda: f64) -> String {
    let inverse = 1.0 / lambda;
    if lambda < 1.0 && (inverse - inverse.round()).abs() < 1e-9 * inverse && inverse < 99.0 {
        format!("1/{inverse:.0}")
    } else {
        format!("{}", (lambda * 1e9).round() / 1e9)
    }
}

/// The problems whose name or alias matches one of `patterns`, all when there is none; with `quick`
/// every sixth of them. A pattern that matches nothing is an error.
pub fn problems(patterns: &[String], quick: bool) -> crate::Result<Vec<&'static Problem>> {
    for pattern in patterns {
        if pattern.contains(['*', '?']) {
            if !bolib::problems().iter().any(|p| is_called(p, pattern)) {
                return Err(format!("no problem matches `{pattern}`").into());
            }
        } else {
            bolib::problem(pattern)?;
        }
    }
    let chosen = bolib::problems()
        .iter()
        .filter(|p| patterns.is_empty() || patterns.iter().any(|s| is_called(p, s)));
    let stride = if quick { QUICK_STRIDE } else { 1 };
    Ok(chosen.step_by(stride).collect())
}

fn is_called(problem: &Problem, pattern: &str) -> bool {
    let pattern = pattern.to_lowercase();
    std::iter::once(&problem.name)
        .chain(problem.aliases)
        .any(|name| matches(pattern.as_bytes(), name.to_lowercase().as_bytes()))
}

/// Shell patterns: `*` stands for any letters, `?` for one.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=text.len()).any(|k| matches(rest, &text[k..])),
        (Some((b'?', p)), Some((_, t))) => matches(p, t),
        (Some((a, p)), Some((b, t))) => a == b && matches(p, t),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decimals_fractions_or_powers() {
        assert_eq!(parse_lambda("0.1"), Ok(0.1));
        assert_eq!(parse_lambda("1/3"), Ok(1.0 / 3.0));
        assert!((parse_lambda("3^-2").unwrap() - 1.0 / 9.0).abs() < 1e-16);
        for wrong in ["0", "-1", "1/0", "inf", "NaN", "three"] {
            assert!(parse_lambda(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parameters_are_written_as_they_are_read() {
        for text in ["1/9", "1/3", "1", "3", "9", "0.3"] {
            assert_eq!(lambda_name(parse_lambda(text).unwrap()), text);
        }
    }

    #[test]
    fn patterns_find_families() {
        assert!(matches(b"bard*ex?", b"bard1988ex1"));
        assert!(!matches(b"bard*ex?", b"bard1988ex10"));
        assert!(!matches(b"bard", b"bard1988ex1"));
        let family = problems(&["outrata1990ex1?".into()], false).unwrap();
        assert_eq!(family.len(), 5);
        let alias = problems(&["EdmundsBard1991".into()], false).unwrap();
        assert_eq!(alias[0].name, "FloudasEtal2013");
    }

    #[test]
    fn a_name_that_does_not_exist_is_an_error_with_near_names() {
        let error = problems(&["Bard88Ex1".into()], false).unwrap_err();
        assert!(error.to_string().contains("Bard1988Ex1"), "{error}");
        assert!(problems(&["Xyz*".into()], false).is_err());
    }

    #[test]
    fn the_quick_subset_is_every_sixth_problem() {
        let quick = problems(&[], true).unwrap();
        assert_eq!(quick.len(), 21);
        assert_eq!(quick[1].number, 7);
    }
}
