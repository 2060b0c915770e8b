//! How often each function of a model was evaluated.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The functions of a model that are counted, named by their verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Objective values.
    Obj,
    /// Gradients.
    Grad,
    /// Constraint vectors.
    Cons,
    /// Jacobians.
    Jac,
    /// Products J v.
    Jprod,
    /// Products Jᵀ v.
    Jtprod,
    /// Hessians of the Lagrangian.
    Hess,
    /// Products H v.
    Hprod,
    /// Directional derivatives of the Hessian.
    HessDirectional,
}

impl Verb {
    /// All verbs, in the order in which they are printed.
    pub const ALL: [Verb; 9] = [
        Verb::Obj,
        Verb::Grad,
        Verb::Cons,
        Verb::Jac,
        Verb::Jprod,
        Verb::Jtprod,
        Verb::Hess,
        Verb::Hprod,
        Verb::HessDirectional,
    ];
}

/// Evaluation counts. Counting is atomic, so that a model can be shared by threads.
#[derive(Debug, Default)]
pub struct Counters {
    counts: [AtomicU64; Verb::ALL.len()],
}

impl Counters {
    /// Adds one evaluation of `verb`.
    #[inline]
    pub fn add(&self, verb: Verb) {
        self.counts[verb as usize].fetch_add(1, Ordering::Relaxed);
    }
    /// Evaluations of `verb` so far.
    pub fn get(&self, verb: Verb) -> u64 {
        self.counts[verb as usize].load(Ordering::Relaxed)
    }
    /// Evaluations of all verbs together.
    pub fn total(&self) -> u64 {
        Verb::ALL.iter().map(|&v| self.get(v)).sum()
    }
    /// Sets all counts to zero.
    pub fn reset(&self) {
        for count in &self.counts {
            count.store(0, Ordering::Relaxed);
        }
    }
}

impl Clone for Counters {
    fn clone(&self) -> Self {
        let copy = Counters::default();
        for (to, from) in copy.counts.iter().zip(&self.counts) {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        copy
    }
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for verb in Verb::ALL {
            write!(f, "{separator}{verb:?} {}", self.get(verb))?;
            separator = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Counters, Verb};

    #[test]
    fn counts_add_up_and_reset() {
        let counters = Counters::default();
        counters.add(Verb::Obj);
        counters.add(Verb::Obj);
        counters.add(Verb::Hess);
        assert_eq!((counters.get(Verb::Obj), counters.get(Verb::Grad)), (2, 0));
        assert_eq!(counters.clone().total(), 3);
        counters.reset();
        assert_eq!(counters.total(), 0);
    }
}
