//! Where the operations of a formula that is being recorded are kept.

use std::cell::RefCell;
use std::collections::HashMap;

use super::{Op, Tape};

thread_local! {
    /// Recordings in progress on this thread; a formula may record another.
    static RECORDING: RefCell<Vec<Recorder>> = const { RefCell::new(Vec::new()) };
}

/// The operations so far, and where to find each again.
#[derive(Default)]
pub(super) struct Recorder {
    ops: Vec<Op>,
    known: HashMap<Key, usize>,
}

/// An operation that can be compared: numbers by their bits.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Key(std::mem::Discriminant<Op>, [u64; 3]);

/// What a recording leaves: operations, objective, constraints.
pub(super) struct Recorded {
    ops: Vec<Op>,
    obj: usize,
    cons: Vec<usize>,
}

impl Recorded {
    pub(super) fn into_tape(self, nvar: usize) -> Tape {
        let Recorded { ops, obj, cons } = self;
        Tape {
            nvar,
            ops,
            obj,
            cons,
        }
    }
}

/// Ends a recording also when the formula panics.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        RECORDING.with_borrow_mut(Vec::pop);
    }
}

impl Recorder {
    /// Records what `formula` does; it returns the indices of objective and constraints.
    pub(super) fn run(formula: impl FnOnce() -> (usize, Vec<usize>)) -> Recorded {
        RECORDING.with_borrow_mut(|stack| stack.push(Recorder::default()));
        let guard = Guard;
        let (obj, cons) = formula();
        let ops = RECORDING.with_borrow_mut(|stack| {
            let recorder = stack.last_mut().expect("the recording has begun");
            std::mem::take(&mut recorder.ops)
        });
        drop(guard);
        Recorded { ops, obj, cons }
    }

    /// The index of `op`, recorded now unless it is known.
    pub(super) fn push(op: Op) -> usize {
        RECORDING.with_borrow_mut(|stack| {
            let recorder = stack.last_mut().expect("numbers live during a recording");
            debug_assert!(op.operands().all(|a| a < recorder.ops.len()));
            let next = recorder.ops.len();
            let index = *recorder.known.entry(key(op)).or_insert(next);
            if index == next {
                recorder.ops.push(op);
            }
            index
        })
    }
}

/// What tells operations apart.
pub(crate) fn key(op: Op) -> Key {
    let mut words = [0; 3];
    for (word, a) in words.iter_mut().zip(op.operands()) {
        *word = a as u64;
    }
    match op {
        Op::Variable(i) => words[0] = i as u64,
        Op::Constant(c) => words[0] = c.to_bits(),
        Op::Powi(_, n) => words[1] = n as u64,
        Op::Powf(_, p) => words[1] = p.to_bits(),
        // the order of the operands does not matter
        Op::Add(..) | Op::Mul(..) => words[..2].sort_unstable(),
        _ => {}
    }
    Key(std::mem::discriminant(&op), words)
}
