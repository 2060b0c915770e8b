//! Weights of nested merit functions.

/// ρ_1, …, ρ_M ≥ 1 of a_1 = φ_1, a_k = φ_k + ρ_{k−1} a_{k−1}, P = f + ρ_M a_M.
///
/// Every part that comes later keeps at least half of the decrease predicted for the parts before it: the
/// rule of (DennisElAlemMaciel1997) for one block, applied block by block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NestedPenalty {
    rho: Vec<f64>,
}

impl NestedPenalty {
    /// Weights of `parts` parts before the last, all 1.
    pub(crate) fn new(parts: usize) -> Self {
        NestedPenalty {
            rho: vec![1.0; parts],
        }
    }

    /// Raises the weights where the predicted decreases of the parts φ_1, …, φ_M and of the last, f, demand
    /// it; returns the predicted decrease of P.
    pub(crate) fn predict(&mut self, parts: &[f64], last: f64) -> f64 {
        debug_assert_eq!(parts.len(), self.rho.len());
        let Some((&first, others)) = parts.split_first() else {
            return last;
        };
        let mut p = first;
        for (rho, &part) in self.rho.iter_mut().zip(others.iter().chain([&last])) {
            if p > 0.0 && part + *rho * p < 0.5 * *rho * p {
                *rho += 2.0 * part.abs() / p;
            }
            p = part + *rho * p;
        }
        p
    }

    /// Π_{i≥k} ρ_i: the weight of part `k`.
    pub(crate) fn weight(&self, k: usize) -> f64 {
        self.rho[k..].iter().product()
    }

    /// ρ ← max(1, min(ρ, 10³)/10): lets weights fall that were needed once.
    pub(crate) fn relax(&mut self) {
        for rho in &mut self.rho {
            *rho = (rho.min(1e3) / 10.0).max(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NestedPenalty;

    #[test]
    fn each_part_keeps_half_of_the_decrease_before_it() {
        let mut penalty = NestedPenalty::new(2);
        // p₁ = 1, then −4 + ρ₁ with ρ₁ = 1 + 8 = 9: p₂ = 5; then 1 + ρ₂ 5
        assert_eq!(penalty.predict(&[1.0, -4.0], 1.0), 6.0);
        assert_eq!((penalty.weight(0), penalty.weight(1)), (9.0, 1.0));
        penalty.relax();
        assert_eq!(penalty.weight(0), 1.0);
        assert_eq!(NestedPenalty::new(0).predict(&[], -2.0), -2.0);
    }
}
