//! Layer 2: augmented Lagrangians until the conditions of the theorem hold.

use nlp_model::Mpcc;
use stopping::{Budget, MpccState, RegularizedResiduals, State, Status, Stopping};

use super::TowerOptions;
use super::active_set;
use super::augmented::Augmented;

/// What layer 2 knows of its point: the residuals of the theorem.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    residuals: Option<RegularizedResiduals>,
}

impl State for Conditions {}

/// Solves one R_t to its ε, Φ exactly, inside the run of layer 1.
pub(super) fn solve<'m>(
    augmented: &mut Augmented,
    options: &TowerOptions,
    above: &Stopping<dyn Mpcc + 'm, MpccState>,
) -> Status {
    let epsilon = augmented.level.epsilon;
    let mut stopping = Stopping::with_scores(
        Conditions::default(),
        RegularizedResiduals::LEN,
        |_: &(), state: &Conditions, scores: &mut [f64]| {
            let residuals = state.residuals?;
            residuals.write(scores);
            Some(())
        },
    )
    .with_budget(Budget {
        max_iterations: options.penalties,
        ..Budget::default()
    })
    .with_tolerance(RegularizedResiduals::tolerance(epsilon))
    .expect("one tolerance for each residual")
    .inside(above);
    if let Some(status) = stopping.start(&()) {
        return status;
    }
    loop {
        let inner = active_set::solve(augmented, 0.5 * epsilon, options.iterations, &stopping);
        if inner == Status::DomainError {
            return stopping.fail(inner);
        }
        augmented.update();
        augmented.evaluate();
        augmented.differentiate();
        let residuals = augmented.residuals();
        tracing::trace!(?residuals, ?inner, "augmented Lagrangian");
        stopping.state.residuals = Some(residuals);
        if let Some(status) = stopping.stop(&()) {
            return status;
        }
    }
}
