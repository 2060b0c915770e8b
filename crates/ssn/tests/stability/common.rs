//! What the tests of stability share.
#![allow(dead_code, reason = "each test uses a part")]

use nlp_model::{AutoBilevel, BilevelFunctions};
use ssn::stability::{
    Conclusion, Condition, Modulus, Sample, SampleOptions, Stability, StabilityOptions, of_bilevel,
    sample_bilevel,
};

pub const NEAR: f64 = 1e-6;

pub fn options() -> StabilityOptions {
    StabilityOptions::default()
}

pub fn at(functions: impl BilevelFunctions + Clone, x: &[f64], y: &[f64]) -> Stability {
    of_bilevel(&AutoBilevel::new("case", functions), x, y, &options()).unwrap()
}

pub fn sampled(functions: impl BilevelFunctions + Clone, x: &[f64], y: &[f64]) -> Sample {
    let problem = AutoBilevel::new("case", functions);
    sample_bilevel(&problem, x, y, &SampleOptions::default()).unwrap()
}

/// The bound is there, exact, and equal to these numbers in the 1-, 2- and ∞-norm.
#[track_caller]
pub fn assert_modulus(stability: &Stability, [sum, euclidean, max]: [f64; 3]) -> Modulus {
    let Some(modulus) = stability.bound() else {
        panic!("no bound: {stability}");
    };
    for (found, expected) in [
        (modulus.sum, sum),
        (modulus.euclidean, euclidean),
        (modulus.max, max),
    ] {
        let is_near = |v: f64| (v - expected).abs() <= NEAR * (1.0 + expected);
        assert!(is_near(found.lower) && is_near(found.upper), "{modulus}");
    }
    modulus
}

#[track_caller]
pub fn assert_number(condition: &Condition, expected: f64) {
    let number = condition.number.unwrap();
    assert!(
        (number - expected).abs() <= NEAR * (1.0 + expected.abs()),
        "{condition}"
    );
}

#[track_caller]
pub fn assert_missing(stability: &Stability, expected: &[&'static str]) {
    assert_eq!(
        stability.conclusion(),
        Conclusion::CannotTell(expected.to_vec()),
        "{stability}"
    );
    assert_eq!(stability.bound(), None);
}

/// Some multipliers show that the test fails, and they are what they claim.
#[track_caller]
pub fn assert_violated(stability: &Stability) {
    assert_eq!(stability.conclusion(), Conclusion::TestFails, "{stability}");
    assert_eq!(stability.bound(), None);
    let violation = stability.violation.as_ref().unwrap();
    assert!(
        violation.by_y.iter().all(|a| a.abs() <= NEAR),
        "{stability}"
    );
    assert!(violation.by_x.iter().any(|a| a.abs() > 0.1), "{stability}");
    let signs = [&violation.v[..], &violation.omega, &[violation.lambda]].concat();
    assert!(signs.iter().all(|&v| v >= 0.0), "{stability}");
}
