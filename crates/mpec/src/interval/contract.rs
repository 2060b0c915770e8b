//! Hull consistency: the smallest box that each constraint, read operation by operation, allows.

use nlp_model::Op;

use super::expression::value;
use super::inverse::project;
use super::{Expression, Interval};

/// Narrows boxes by forward and backward sweeps through the tape (BenhamouGoualardGranvilliersPuget1999),
/// all requirements at once.
#[derive(Debug)]
pub(crate) struct Contractor {
    /// The set of values of each operation.
    values: Vec<Interval>,
    /// The operation must have a value: it is not hidden in a side of a branch that may not be taken.
    needed: Vec<bool>,
}

/// Sweeps end when none shortens a side by this share.
const ENOUGH: f64 = 0.1;

impl Contractor {
    pub(crate) fn new(expression: &Expression) -> Self {
        Contractor {
            values: expression.constants().to_vec(),
            needed: vec![false; expression.constants().len()],
        }
    }

    /// Narrows `region` (ny) to a box that holds all its points at which each operation `k` of
    /// `required` has a value in the set given. False when there is none.
    pub(crate) fn contract(
        &mut self,
        expression: &Expression,
        required: &[(usize, Interval)],
        region: &mut [Interval],
        sweeps: usize,
    ) -> bool {
        for &k in expression.live() {
            self.values[k] = Interval::ENTIRE;
        }
        for _ in 0..sweeps {
            if !self.forward(expression, required, region) || !self.backward(expression, required) {
                return false;
            }
            let mut progress = false;
            for (i, side) in region.iter_mut().enumerate() {
                let Some(k) = expression.variable_op(i) else {
                    continue;
                };
                let narrowed = side.intersect(self.values[k]);
                if narrowed.is_empty() {
                    return false;
                }
                let kept = narrowed.width() > (1.0 - ENOUGH) * side.width();
                progress |= narrowed != *side && !kept;
                *side = narrowed;
            }
            if !progress {
                break;
            }
        }
        true
    }

    /// The values over `region`, within what is known of them.
    fn forward(
        &mut self,
        expression: &Expression,
        required: &[(usize, Interval)],
        region: &[Interval],
    ) -> bool {
        for &k in expression.live() {
            let found = match expression.variable(k) {
                Some(i) => region[i],
                None => value(expression.tape().ops()[k], &self.values),
            };
            self.values[k] = self.values[k].intersect(found);
        }
        for &(k, set) in required {
            let allowed = self.values[k].intersect(set);
            if allowed.is_empty() {
                return false;
            }
            if !expression.is_constant(k) {
                self.values[k] = allowed;
            }
        }
        true
    }

    /// From the requirements back to the variables.
    fn backward(&mut self, expression: &Expression, required: &[(usize, Interval)]) -> bool {
        self.needed.fill(false);
        for &(k, _) in required {
            self.needed[k] = true;
        }
        for &k in expression.live().iter().rev() {
            if !self.needed[k] {
                continue;
            }
            if self.values[k].is_empty() {
                return false;
            }
            let op = expression.tape().ops()[k];
            if let Op::Select {
                test,
                nonnegative,
                negative,
            } = op
            {
                self.needed[test] = true;
                let side = if self.values[test].lo >= 0.0 {
                    nonnegative
                } else if self.values[test].hi < 0.0 {
                    negative
                } else {
                    continue;
                };
                self.needed[side] = true;
                if !expression.is_constant(side) {
                    self.values[side] = self.values[side].intersect(self.values[k]);
                }
                continue;
            }
            op.operands().for_each(|a| self.needed[a] = true);
            let mut narrowed = [None; 2];
            let mut count = 0;
            project(op, k, &self.values, |a, set| {
                narrowed[count] = Some((a, set));
                count += 1;
            });
            for (a, set) in narrowed.into_iter().flatten() {
                let both = self.values[a].intersect(set);
                if both.is_empty() {
                    return false;
                }
                if !expression.is_constant(a) {
                    self.values[a] = both;
                }
            }
        }
        true
    }
}
