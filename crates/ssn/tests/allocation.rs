//! Residuals and Newton matrices are computed without allocation.

use allocation_counter::measure;
use nlp_model::{AutoModel, Functions, Meta, Scalar};
use ssn::systems::complementarity::ComplementaritySystem;
use ssn::systems::kkt::KktSystem;
use ssn::systems::variational_inequality::VariationalInequalitySystem;
use ssn::{FISCHER_BURMEISTER, PairRule, SemismoothSystem};

const RULE: PairRule = PairRule {
    ncp: &FISCHER_BURMEISTER,
    degenerate: 1e-16,
};

/// x₀² x₁ with the rows x₀ x₁, exp(x₁).
struct Curved;
impl Functions for Curved {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[0].powi(2) * x[1]
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[0] * x[1];
        c[1] = x[1].exp();
    }
}

/// Allocations of a residual and a matrix at two points, after a first time to fill the pools of the
/// models.
fn allocations(system: &dyn SemismoothSystem) -> u64 {
    let n = system.size();
    let (mut phi, mut vals) = (vec![0.0; n], vec![0.0; system.jacobian_structure().nnz()]);
    let points = [vec![0.5; n], vec![0.0; n]];
    let mut evaluate = || {
        for point in &points {
            system.residual(point, &mut phi);
            system.jacobian(point, &mut vals);
        }
    };
    evaluate();
    measure(&mut evaluate).count_total
}

#[test]
fn systems_do_not_allocate_after_construction() {
    let meta = Meta::new("curved", 2, 2)
        .variable_bounds(&[0.0, -1.0], &[f64::INFINITY, 1.0])
        .unwrap();
    let model = AutoModel::new(Curved, meta);
    assert_eq!(allocations(&KktSystem::new(&model, RULE)), 0);
    let system = ComplementaritySystem::new(&model, RULE).unwrap();
    assert_eq!(allocations(&system), 0);
    let system = VariationalInequalitySystem::new(&model, &model, RULE).unwrap();
    assert_eq!(allocations(&system), 0);
}
