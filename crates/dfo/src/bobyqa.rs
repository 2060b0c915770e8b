//! BOBYQA
mod columns;
mod geometry;
mod initialize;
mod inverse;
mod iterate;
mod model;
mod points;
mod rescue;
mod trust_region;
mod update;

/// scratch
pub fn scratch(f: &mut dyn FnMut(&[f64]) -> f64, x0:&[f64], l:&[f64], u:&[f64], rho:f64, rho_end:f64, m:usize, maxf:usize) -> usize {
    let mut it = iterate::Iteration::new(points::Points::new(x0,l,u,rho,m), rho, rho_end);
    let n = x0.len();
    let mut y = vec![0.0;n]; let mut x = vec![0.0;n];
    while it.nf < maxf {
        if matches!(it.pending, iterate::Pending::Nothing(_)) { break }
        it.read_pending(&mut y);
        it.points.place(&y,&mut x);
        let v = f(&x);
        it.tell(v);
    }
    it.nf
}
