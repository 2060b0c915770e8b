//! The linearised problem with complementarity: is a point B-stationary?

mod cone;

use std::fmt;

use linalg::slice::norm_inf;
use nlp_model::{Mpcc, check_point};

use crate::MpecError;
pub(crate) use cone::{Cone, Of, Sign};

/// Parameters of [`check_linearised`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearisedOptions {
    /// G, H and slacks up to this count as zero, and so do gradients of rows; at least 0.
    pub active: f64,
    /// The point is B-stationary when no linearised feasible direction of unit length decreases f by more than
    /// this times max(1, ‖∇f‖∞); at least 0.
    pub tolerance: f64,
    /// Largest number of quadratic programs.
    pub nodes: usize,
}

impl Default for LinearisedOptions {
    fn default() -> Self {
        LinearisedOptions {
            active: 1e-7,
            tolerance: 1e-6,
            nodes: 4096,
        }
    }
}

/// What the linearised problem says of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearisedCheck {
    /// The steepest descent max{ −∇fᵀd : ‖d‖₂ ≤ 1, d linearised feasible } / max(1, ‖∇f‖∞), over all pieces; an upper
    /// bound where pieces were settled together.
    pub residual: f64,
    /// The steepest descent when complementarity of biactive pairs is dropped: 0 at S-stationary points.
    pub strong: f64,
    /// A linearised feasible direction of descent, when one was found (n).
    pub direction: Option<Vec<f64>>,
    /// Largest violation of a row, a bound or of complementarity at x.
    pub infeasibility: f64,
    /// Number of biactive pairs.
    pub biactive: usize,
    /// Quadratic programs solved.
    pub nodes: usize,
    /// All pieces were settled; the residual is proved.
    pub is_complete: bool,
    /// The tolerance of the options.
    pub tolerance: f64,
    /// What counts as zero, of the options.
    pub active: f64,
}

impl LinearisedCheck {
    /// Nothing is known: derivatives are not finite at the point.
    pub(crate) fn unknown(options: &LinearisedOptions) -> Self {
        LinearisedCheck {
            residual: f64::NAN,
            strong: f64::NAN,
            direction: None,
            infeasibility: f64::NAN,
            biactive: 0,
            nodes: 0,
            is_complete: false,
            tolerance: options.tolerance,
            active: options.active,
        }
    }

    /// B-stationarity is certified: x is feasible up to what counts as zero, and no piece has a descent.
    pub fn is_stationary(&self) -> bool {
        self.is_complete
            && self.direction.is_none()
            && self.residual <= self.tolerance
            && self.infeasibility <= self.active
    }
}

impl fmt::Display for LinearisedCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_stationary() {
            "B-stationary"
        } else if self.infeasibility > self.active {
            "infeasible, not B-stationary"
        } else if self.direction.is_some() {
            "not B-stationary"
        } else {
            "undecided"
        };
        write!(
            f,
            "{verdict}: steepest linearised descent {:.1e}, infeasibility {:.1e}, {} biactive pairs, {} quadratic programs",
            self.residual, self.infeasibility, self.biactive, self.nodes
        )
    }
}

/// Whether x, a feasible point, is B-stationary: d = 0 solves the linearised problem with complementarity
///
/// min ∇fᵀd  s.t.  linearised active constraints,  G'd = 0 where G = 0 < H,  H'd = 0 where H = 0 < G,
/// 0 ≤ G'd ⟂ H'd ≥ 0 on biactive pairs.
///
/// # Algorithm
/// The feasible directions are a union of cones K, one for each choice of G'd = 0 or H'd = 0 on each biactive
/// pair. On a cone, d = 0 is optimal exactly if the projection of −∇f on K vanishes, and its length is the
/// steepest descent. Complementarity of pairs that are not yet chosen is dropped: a cone that holds many pieces and has
/// no descent settles them all. Otherwise a pair that the projection violates is chosen, both ways.
/// If the first cone, without complementarity, has no descent, the point is S-stationary.
///
/// The number of projections can grow as 2^q in the number q of biactive pairs; one costs O(n²) for each active row.
/// (KirchesLarsonLeyfferManns2022, Section 3) use linear programs in the place of projections.
///
/// # Errors
/// [`MpecError`] when x has the wrong length, is not finite, or derivatives are not finite there.
pub fn check_linearised(
    mpcc: &dyn Mpcc,
    x: &[f64],
    options: &LinearisedOptions,
) -> Result<LinearisedCheck, MpecError> {
    check_point("x", x, mpcc.meta().nvar())?;
    let mut cone = Cone::new(mpcc);
    cone.load(mpcc, x, options.active)?;
    let check = settle(&mut cone, options);
    tracing::debug!(
        residual = check.residual,
        nodes = check.nodes,
        "linearised problem"
    );
    Ok(check)
}

/// The search over the pieces of a loaded cone.
pub(crate) fn settle(cone: &mut Cone, options: &LinearisedOptions) -> LinearisedCheck {
    let q = cone.biactive().len();
    let mut check = LinearisedCheck {
        residual: 0.0,
        strong: f64::INFINITY,
        direction: None,
        infeasibility: cone.infeasibility(),
        biactive: q,
        nodes: 0,
        is_complete: true,
        tolerance: options.tolerance,
        active: options.active,
    };
    let mut open = vec![vec![(Sign::NonNegative, Sign::NonNegative); q]];
    while let Some(signs) = open.pop() {
        if check.nodes >= options.nodes {
            check.is_complete = false;
            break;
        }
        check.nodes += 1;
        let Some(descent) = cone.project(&signs) else {
            check.is_complete = false;
            continue;
        };
        if check.nodes == 1 {
            check.strong = descent;
        }
        if descent <= options.tolerance {
            check.residual = check.residual.max(descent);
            continue;
        }
        match cone.most_violated(&signs) {
            None => {
                check.residual = descent;
                check.direction = Some(cone.direction().to_vec());
                break;
            }
            Some((pair, g_moves_more)) => {
                let choices = [
                    (Sign::Zero, Sign::NonNegative),
                    (Sign::NonNegative, Sign::Zero),
                ];
                // The last one is examined first: the side that moves less is held.
                let order = if g_moves_more { [0, 1] } else { [1, 0] };
                for k in order {
                    let mut child = signs.clone();
                    child[pair] = choices[k];
                    open.push(child);
                }
            }
        }
    }
    debug_assert!(!norm_inf(&[check.residual]).is_nan());
    check
}

#[cfg(test)]
mod tests {
    use super::{LinearisedOptions, check_linearised};
    use nlp_model::{AutoModel, Complementarity, Functions, Meta, Scalar, Side};

    /// f = c₀ x₀ + c₁ x₁ + c₂ x₂ over 0 ≤ x₀ ⟂ x₁ ≥ 0 and x₂ ≥ 0.
    struct Linear([f64; 3]);
    impl Functions for Linear {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0] * self.0[0] + x[1] * self.0[1] + x[2] * self.0[2]
        }
    }

    fn check(c: [f64; 3], x: [f64; 3]) -> super::LinearisedCheck {
        let meta = Meta::new("linear", 3, 0)
            .variable_bounds(&[0.0; 3], &[f64::INFINITY; 3])
            .unwrap();
        let model = AutoModel::new(Linear(c), meta);
        let mpcc = Complementarity::new(model, &[(Side::Variable(0), Side::Variable(1))]).unwrap();
        check_linearised(&mpcc, &x, &LinearisedOptions::default()).unwrap()
    }

    #[test]
    fn signs_of_the_gradient_decide_at_the_corner() {
        let strong = check([1.0, 2.0, 3.0], [0.0; 3]);
        assert!(strong.is_stationary() && strong.strong == 0.0 && strong.nodes == 1);
        // Along x₁ f decreases: M-stationary multipliers do not exist, and the point is not B-stationary.
        let descent = check([1.0, -0.5, 3.0], [0.0; 3]);
        assert!(!descent.is_stationary());
        let direction = descent.direction.unwrap();
        assert!((direction[1] - 0.5 / 3.0).abs() < 1e-15 && direction[0] == 0.0);
        assert!((descent.residual - 0.5 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn only_active_sides_count() {
        // At (1, 0, 0): H = x₁ is held, G = x₀ moves.
        assert!(check([0.0, -5.0, 1.0], [1.0, 0.0, 0.0]).is_stationary());
        assert!(!check([1.0, -5.0, 1.0], [1.0, 0.0, 0.0]).is_stationary());
        assert!(!check([0.0, -5.0, 1.0], [1.0, 0.0, 2.0]).is_stationary());
    }
}
