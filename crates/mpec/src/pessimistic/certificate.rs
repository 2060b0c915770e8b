//! Proofs that no response is worse than the one found.

use nlp_model::{AutoModel, Bilevel, Functions, Meta, Op, Scalar, Tape, TwiceSmooth};

use super::response::{Responder, Response};
use super::solution::Evidence;
use crate::MpecError;
use crate::bilevel::{CertificateOptions, LowerLevelOptions, Verdict, certify};

/// What a proof says of a response.
#[derive(Clone, Debug)]
pub(super) enum Examined {
    /// What supports it.
    Supported(Evidence),
    /// A response that is worse and was missed.
    Missed(Vec<f64>),
}

/// Tolerances of the follower, relative to 1 + |φ|, and slacks of proofs, relative to 1 + |value|, one after the other
/// until a proof succeeds. The smaller the tolerance, the thinner is the set that has to be searched.
const ATTEMPTS: [(f64, f64); 6] = [
    (1e-10, 1e-7),
    (1e-10, 1e-5),
    (1e-10, 1e-4),
    (1e-13, 1e-5),
    (1e-13, 1e-4),
    (1e-10, 1e-3),
];
/// Values that differ by less than this, relative to 1 + |value|, are those of one response.
const SAME: f64 = 1e-7;

impl Responder<'_> {
    /// Tries to prove that σ f is nowhere smaller among the responses at x, by the certificate of a lower level with the
    /// objective σ f and the rows g ≤ 0, f_lower ≤ φ + ε.
    pub fn examine(&mut self, x: &[f64], response: &Response) -> Result<Examined, MpecError> {
        let pieces = response.pieces;
        let searched = match (
            response.is_exhausted,
            self.is_affine && response.lower.is_none(),
        ) {
            (true, true) => Evidence::Enumerated { pieces },
            _ => Evidence::Searched { pieces },
        };
        let (Some(bilevel), Some(lower)) = (self.bilevel, &response.lower) else {
            return Ok(Examined::Supported(searched));
        };
        let tapes = bilevel.upper().formula().zip(bilevel.lower_formula());
        let Some((leader, follower)) = tapes else {
            return Ok(Examined::Supported(searched));
        };
        let nx = self.inner.nx;
        let y = &response.z[nx..nx + self.ny];
        for (eps, slack) in ATTEMPTS {
            let cutoff = lower.value + eps * (1.0 + lower.value.abs());
            let question = Question::new(
                bilevel,
                leader,
                follower,
                self.inner.sigma,
                cutoff.max(lower.cutoff),
            );
            let options = CertificateOptions {
                eps: slack,
                feasibility: 1e-7,
                boxes: 20_000,
                seconds: self.options.seconds,
                multistart: LowerLevelOptions {
                    samples: 0,
                    ..LowerLevelOptions::default()
                },
                ..CertificateOptions::default()
            };
            let certificate = certify(&question, x, y, &options)?;
            match certificate.verdict {
                Verdict::Proved(proof) => {
                    let slack = proof.gap.max(slack);
                    return Ok(Examined::Supported(Evidence::Proved { slack }));
                }
                // a response that the inner solver missed, or one that only the tolerance admits: then another attempt
                // says how much that is
                Verdict::Refuted {
                    point,
                    is_proved: true,
                    ..
                } if self.is_worse_from(x, &point, response.value)? => {
                    return Ok(Examined::Missed(point));
                }
                _ => {}
            }
        }
        Ok(Examined::Supported(searched))
    }

    /// Whether the inner solver, begun at y too, finds a value that is worse.
    fn is_worse_from(&mut self, x: &[f64], y: &[f64], value: f64) -> Result<bool, MpecError> {
        self.hints.push(y.to_vec());
        let answer = self.solve(x)?;
        self.hints.pop();
        let sigma = self.inner.sigma;
        Ok(answer.is_ok_and(|again| sigma * (again.value - value) < -SAME * (1.0 + value.abs())))
    }
}

/// min σ F(x, y)  s.t.  g(x, y) ≤ 0, f(x, y) ≤ cutoff, as a lower level of its own.
struct Question {
    nx: usize,
    ny: usize,
    model: AutoModel<Formulas>,
    tape: Tape,
}

struct Formulas {
    leader: Tape,
    follower: Tape,
    sigma: f64,
}

impl Question {
    fn new(bilevel: &dyn Bilevel, leader: &Tape, follower: &Tape, sigma: f64, cutoff: f64) -> Self {
        let of = bilevel.lower().meta();
        let formulas = Formulas {
            leader: leader.clone(),
            follower: follower.clone(),
            sigma,
        };
        let (n, rows) = (of.nvar(), of.ncon() + 1);
        let tape = Tape::record(&formulas, n, rows);
        let meta = Meta::new("worst response", n, rows)
            .variable_bounds(of.lvar(), of.uvar())
            .and_then(|meta| {
                let lcon = [of.lcon(), &[f64::NEG_INFINITY]].concat();
                meta.constraint_bounds(&lcon, &[of.ucon(), &[cutoff]].concat())
            })
            .expect("bounds of a model and one row more");
        Question {
            nx: bilevel.nx(),
            ny: bilevel.ny(),
            model: AutoModel::new(formulas, meta),
            tape,
        }
    }
}

impl Bilevel for Question {
    fn nx(&self) -> usize {
        self.nx
    }
    fn ny(&self) -> usize {
        self.ny
    }
    fn upper(&self) -> &dyn TwiceSmooth {
        &self.model
    }
    fn lower(&self) -> &dyn TwiceSmooth {
        &self.model
    }
    fn lower_formula(&self) -> Option<&Tape> {
        Some(&self.tape)
    }
}

impl Functions for Formulas {
    fn obj<T: Scalar>(&self, z: &[T]) -> T {
        replay(&self.leader, z)[self.leader.obj()] * self.sigma
    }
    fn cons<T: Scalar>(&self, z: &[T], c: &mut [T]) {
        let values = replay(&self.follower, z);
        let rows = self.follower.cons();
        for (c, &k) in c.iter_mut().zip(rows) {
            *c = values[k];
        }
        c[rows.len()] = values[self.follower.obj()];
    }
}

/// The values of all operations of a tape at z, in any number type.
fn replay<T: Scalar>(tape: &Tape, z: &[T]) -> Vec<T> {
    let mut values: Vec<T> = Vec::with_capacity(tape.ops().len());
    for op in tape.ops() {
        let v = |k: usize| values[k];
        let value = match *op {
            Op::Variable(i) => z[i],
            Op::Constant(c) => T::from(c),
            Op::Neg(a) => -v(a),
            Op::Add(a, b) => v(a) + v(b),
            Op::Sub(a, b) => v(a) - v(b),
            Op::Mul(a, b) => v(a) * v(b),
            Op::Div(a, b) => v(a) / v(b),
            Op::Powi(a, n) => v(a).powi(n),
            Op::Powf(a, p) => v(a).powf(p),
            Op::Exp(a) => v(a).exp(),
            Op::Ln(a) => v(a).ln(),
            Op::Sqrt(a) => v(a).sqrt(),
            Op::Sin(a) => v(a).sin(),
            Op::Cos(a) => v(a).cos(),
            Op::Tan(a) => v(a).tan(),
            Op::Atan(a) => v(a).atan(),
            Op::Abs(a) => v(a).abs(),
            Op::Min(a, b) => v(a).min(v(b)),
            Op::Max(a, b) => v(a).max(v(b)),
            Op::Select {
                test,
                nonnegative,
                negative,
            } => v(test).select(v(nonnegative), v(negative)),
        };
        values.push(value);
    }
    values
}
