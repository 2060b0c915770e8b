//! A function of one variable, such as a model along a direction.

use std::cell::RefCell;

use nlp_model::Smooth;

use crate::Counts;

/// A function h of one variable t, with its derivative.
pub trait Line {
    /// h(t).
    fn value(&self, t: f64) -> f64;
    /// h′(t).
    fn slope(&self, t: f64) -> f64;
    /// Evaluations so far, where they are counted.
    fn counts(&self) -> Counts {
        Counts::ZERO
    }
}

/// A pair of closures (h, h′).
impl<F: Fn(f64) -> f64, G: Fn(f64) -> f64> Line for (F, G) {
    fn value(&self, t: f64) -> f64 {
        (self.0)(t)
    }
    fn slope(&self, t: f64) -> f64 {
        (self.1)(t)
    }
}

/// h(t) = f(x + t d) for a model f; h′(t) = ∇f(x + t d)ᵀd.
///
/// The evaluations show on the counters of the model.
#[derive(Debug)]
pub struct ModelLine<'a, M: ?Sized> {
    model: &'a M,
    x: Vec<f64>,
    d: Vec<f64>,
    /// x + t d and ∇f there.
    work: RefCell<(Vec<f64>, Vec<f64>)>,
}

impl<'a, M: Smooth + ?Sized> ModelLine<'a, M> {
    /// The line through the start of the model, with direction 0 until [`set`](ModelLine::set) is called.
    pub fn new(model: &'a M) -> Self {
        let n = model.meta().nvar();
        ModelLine {
            model,
            x: model.meta().x0().to_vec(),
            d: vec![0.0; n],
            work: RefCell::new((vec![0.0; n], vec![0.0; n])),
        }
    }
    /// The line x + t d. Does not allocate.
    ///
    /// # Panics
    /// When a length is not that of the model.
    pub fn set(&mut self, x: &[f64], d: &[f64]) {
        self.x.copy_from_slice(x);
        self.d.copy_from_slice(d);
    }
    /// x + t d, into `out`.
    pub fn point(&self, t: f64, out: &mut [f64]) {
        debug_assert_eq!(out.len(), self.x.len());
        for (out, (x, d)) in out.iter_mut().zip(self.x.iter().zip(&self.d)) {
            *out = x + t * d;
        }
    }
    /// The model along which the line runs.
    pub fn model(&self) -> &M {
        self.model
    }
}

impl<M: Smooth + ?Sized> Line for ModelLine<'_, M> {
    fn value(&self, t: f64) -> f64 {
        let point = &mut self.work.borrow_mut().0;
        self.point(t, point);
        self.model.obj(point)
    }
    fn slope(&self, t: f64) -> f64 {
        let (point, g) = &mut *self.work.borrow_mut();
        self.point(t, point);
        self.model.grad(point, g);
        linalg::slice::dot(g, &self.d)
    }
    fn counts(&self) -> Counts {
        self.model.counters().map_or(Counts::ZERO, Counts::from)
    }
}
