//! Sparsity of derivatives, read off the formulas.

use std::ops::Range;

use linalg::Pattern;

use crate::Functions;
use crate::dependence::{Dependence, WINDOW};

/// Where the derivatives of [`Functions`] may be nonzero, and which Jacobian entries are constant.
#[derive(Debug)]
pub(crate) struct Structure {
    /// Variables on which the objective depends.
    pub obj_variables: Vec<usize>,
    /// Jacobian, column by column.
    pub jac: Pattern,
    /// First entry of each column of `jac`, and the end.
    jac_starts: Vec<usize>,
    /// Entries of the Jacobian that do not depend on x.
    pub is_constant: Vec<bool>,
    /// Lower triangle of the Hessian of the Lagrangian, column by column.
    pub hess: Pattern,
    /// For each entry of `hess`, whether the objective and whether a constraint contributes.
    pub hess_from: Vec<(bool, bool)>,
    /// The objective is a polynomial of degree at most 2.
    pub obj_is_quadratic: bool,
    /// All constraints are.
    pub cons_are_quadratic: bool,
}

impl Structure {
    /// One evaluation for each variable and each window of 64 variables.
    pub fn detect<U: Functions>(functions: &U, nvar: usize, ncon: usize) -> Self {
        let constant = Dependence::from(0.0);
        let mut x = vec![constant; nvar];
        let mut c = vec![constant; ncon];
        let mut obj_variables = Vec::new();
        let (mut jac, mut jac_starts, mut is_constant) = (Vec::new(), vec![0], Vec::new());
        let (mut hess, mut hess_from) = (Vec::new(), Vec::new());

        let (mut obj_is_quadratic, mut cons_are_quadratic) = (true, true);

        for seed in 0..nvar {
            let mut depends = vec![false; ncon];
            let mut nonlinear = vec![false; ncon];
            for window in (0..nvar).step_by(WINDOW) {
                for (j, x) in x.iter_mut().enumerate() {
                    *x = Dependence::variable(j, seed, window);
                }
                c.fill(constant);
                let f = functions.obj(&x);
                functions.cons(&x, &mut c);

                obj_is_quadratic = f.is_quadratic();
                cons_are_quadratic = c.iter().all(|c| c.is_quadratic());
                let in_window = window..nvar.min(window + WINDOW);
                for j in in_window.clone().filter(|&j| j >= seed) {
                    let from_obj = f.interacts_with(j, window);
                    let from_cons = c.iter().any(|c| c.interacts_with(j, window));
                    if from_obj || from_cons {
                        hess.push((j, seed));
                        hess_from.push((from_obj, from_cons));
                    }
                }
                for (i, c) in c.iter().enumerate() {
                    nonlinear[i] |= c.is_nonlinear();
                    depends[i] |= in_window.contains(&seed) && c.depends_on(seed, window);
                }
                if in_window.contains(&seed) && f.depends_on(seed, window) {
                    obj_variables.push(seed);
                }
            }
            for i in (0..ncon).filter(|&i| depends[i]) {
                jac.push((i, seed));
                is_constant.push(!nonlinear[i]);
            }
            jac_starts.push(jac.len());
        }
        let pattern = |nrows, entries| {
            Pattern::from_entries(nrows, nvar, entries).expect("entries lie inside by construction")
        };
        Structure {
            obj_variables,
            jac: pattern(ncon, jac),
            jac_starts,
            is_constant,
            hess: pattern(nvar, hess),
            hess_from,
            obj_is_quadratic,
            cons_are_quadratic,
        }
    }

    /// The columns of the Jacobian, each with the range of its entries.
    pub fn jac_columns(&self) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        self.jac_starts.windows(2).map(|w| w[0]..w[1]).enumerate()
    }
}

#[cfg(test)]
mod tests {
    use super::Structure;
    use crate::{Functions, Scalar};

    struct Chain;
    impl Functions for Chain {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            let mut sum = T::from(0.0);
            for w in x.windows(2) {
                sum += w[0] * w[1];
            }
            sum + x[2] * 3.0
        }
        fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
            c[0] = x[0] * 2.0 - x[69] / 4.0;
            c[1] = x[1].powi(2) + x[2].powi(1) + x[3].powi(0);
            c[2] = x[68] / x[0];
        }
    }

    #[test]
    fn structure_is_exact_across_windows_of_variables() {
        let structure = Structure::detect(&Chain, 70, 3);
        let jac: Vec<_> = structure.jac.iter().collect();
        assert_eq!(jac, [(0, 0), (2, 0), (1, 1), (1, 2), (2, 68), (0, 69)]);
        assert_eq!(
            structure.is_constant,
            [true, false, false, true, false, true]
        );
        let hess: Vec<_> = structure.hess.iter().collect();
        assert_eq!(
            hess.len(),
            69 + 3,
            "the chain, and (0,0), (68,0), (1,1) of the constraints"
        );
        assert!(hess.contains(&(68, 0)) && hess.contains(&(0, 0)) && hess.contains(&(64, 63)));
        assert_eq!(structure.obj_variables.len(), 70);
    }

    struct Branch;
    impl Functions for Branch {
        fn obj<T: Scalar>(&self, x: &[T]) -> T {
            x[0].select(x[1], x[2] * x[2])
        }
    }

    #[test]
    fn a_branch_depends_on_all_that_enters_it() {
        let structure = Structure::detect(&Branch, 4, 0);
        assert_eq!(structure.obj_variables, [0, 1, 2]);
        assert_eq!(structure.hess.nnz(), 6);
    }
}
