//! Independent pieces of work, on all cores with the feature `parallel`.
//!
//! Each piece is the same call on one thread or on several, and results keep the order of the pieces, so
//! that no bit depends on the number of threads. With the feature the work is shared out by rayon: on
//! its global pool (`RAYON_NUM_THREADS`), or on the pool in which the caller is `install`ed. Without it
//! everything runs on the calling thread.

use crate::Model;

/// `run` of each of `items`, in their order.
///
/// Pieces are handed out one by one, so that a long one delays the end by no more than itself; one should
/// be worth some microseconds.
///
/// ```
/// let squares = nlp_model::batch::map(&[1.0, 2.0, 3.0], |x: &f64| x * x);
/// assert_eq!(squares, [1.0, 4.0, 9.0]);
/// ```
pub fn map<I: Sync, R: Send>(items: &[I], run: impl Fn(&I) -> R + Sync + Send) -> Vec<R> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        items.par_iter().with_max_len(1).map(run).collect()
    }
    #[cfg(not(feature = "parallel"))]
    {
        items.iter().map(run).collect()
    }
}

/// f at each of the points, each of nvar entries.
pub fn objectives<M: Model + Sync + ?Sized>(model: &M, points: &[Vec<f64>]) -> Vec<f64> {
    map(points, |x| model.obj(x))
}

/// f and c at each of the points, each of nvar entries.
pub fn values<M: Model + Sync + ?Sized>(model: &M, points: &[Vec<f64>]) -> Vec<(f64, Vec<f64>)> {
    map(points, |x| {
        let mut c = vec![0.0; model.meta().ncon()];
        model.cons(x, &mut c);
        (model.obj(x), c)
    })
}
