//! Stoppings for nonlinear programs.

use nlp_model::Smooth;

use crate::residual::{Kkt, bounded, unconstrained};
use crate::{NlpState, Norm, Stopping};

impl<M: Smooth + ?Sized> Stopping<M, NlpState> {
    /// A stopping whose score is ‖∇f(x)‖, from the start of the model.
    ///
    /// The score is unknown, which is neither an end nor a success, as long as the state does not know the gradient.
    pub fn unconstrained(model: &M, norm: Norm) -> Self {
        Stopping::new(start(model), move |_: &M, state: &NlpState| {
            unconstrained(state, norm)
        })
        .counting_evaluations()
    }

    /// A stopping whose score is ‖x − P(x − ∇f(x))‖ with P the projection onto the bounds.
    pub fn bounded(model: &M, norm: Norm) -> Self {
        Stopping::new(start(model), move |model: &M, state: &NlpState| {
            bounded(model.meta(), state, norm)
        })
        .counting_evaluations()
    }

    /// A stopping whose score is the KKT residual ([`Kkt`]). The score is unknown as long as the state lacks something that
    /// it needs: [`NlpState::fill_in`] computes all of it.
    pub fn kkt(model: &M, norm: Norm) -> Self {
        let mut kkt = Kkt::new(model.meta(), norm);
        Stopping::new(start(model), move |model: &M, state: &NlpState| {
            kkt.score(model, state).ok()
        })
        .counting_evaluations()
    }
}

/// The starting point of a model.
fn start<M: Smooth + ?Sized>(model: &M) -> NlpState {
    NlpState::new(model.meta().x0().to_vec())
}
