//! What the oracle says about a point.

/// Name of a smooth piece of the objective: any number that differs from piece to piece, as a pattern of
/// active constraints read as bits.
pub type Label = u64;

/// What the oracle says about a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Evaluation {
    /// A value and the piece it belongs to. A value of NaN or ±∞ is a failure.
    Value {
        /// θ(x).
        value: f64,
        /// The piece.
        label: Label,
    },
    /// No value: nothing is concluded from this point but that it was tried.
    Failure,
}

impl Evaluation {
    /// A value with its label.
    pub fn labelled(value: f64, label: Label) -> Self {
        Evaluation::Value { value, label }
    }
}
