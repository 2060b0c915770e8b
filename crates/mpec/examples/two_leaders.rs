//! Two leaders and a follower who sell the same good: an equilibrium problem with equilibrium constraints (Sherali1984).
//!
//! The price is a − q₀ − q₁ − y. The follower replies to the leaders: 0 ≤ y ⟂ k + 2y + q₀ + q₁ − a ≥ 0 with costs k. Each
//! leader solves a program with this condition; by diagonalization they do so in turn until nobody moves.

use mpec::mpcc::{MpccOptions, solve};
use nlp_model::{AutoModel, Complementarity, Functions, Meta, Mpcc, Restriction, Scalar, Side};

/// The program of one leader over (q₀, q₁, y).
struct Leader {
    own: usize,
    a: f64,
    k: f64,
}

impl Functions for Leader {
    fn obj<T: Scalar>(&self, x: &[T]) -> T {
        x[self.own] * (x[0] + x[1] + x[2] - self.a)
    }
    fn cons<T: Scalar>(&self, x: &[T], c: &mut [T]) {
        c[0] = x[2] * 2.0 + x[0] + x[1] + self.k - self.a;
    }
}

fn leader(own: usize, a: f64, k: f64) -> impl Mpcc {
    let meta = Meta::new("leader", 3, 1).variable_bounds(&[0.0; 3], &[f64::INFINITY; 3]);
    let model = AutoModel::new(Leader { own, a, k }, meta.expect("bounds"));
    Complementarity::new(model, &[(Side::Variable(2), Side::Row(0))]).expect("sides")
}

/// Each leader solves in turn for the own quantity and the follower's; returns (q₀, q₁, y).
fn diagonalize(a: f64, k: f64, mut x: [f64; 3]) -> [f64; 3] {
    let leaders = [leader(0, a, k), leader(1, a, k)];
    for _ in 0..100 {
        let before = x;
        for (own, leader) in leaders.iter().enumerate() {
            let program = Restriction::new(leader, &[own, 2]).expect("variables");
            program.fix(&x).expect("a finite point");
            let reply = solve(&program, &[x[own], x[2]], &MpccOptions::default()).expect("a start");
            assert!(reply.status.is_success(), "{reply}");
            (x[own], x[2]) = (reply.x[0], reply.x[1]);
        }
        if before.iter().zip(&x).all(|(a, b)| (a - b).abs() < 1e-9) {
            return x;
        }
    }
    panic!("no equilibrium within 100 sweeps: {x:?}");
}

/// What a leader gains by any other quantity, the follower replying y = max(0, (a − k − q₀ − q₁)/2).
fn gain(a: f64, k: f64, x: [f64; 3], own: usize) -> f64 {
    let profit = |q: f64| {
        let sum = q + x[1 - own];
        q * (a - sum - (0.5 * (a - k - sum)).max(0.0))
    };
    (0..=12_000)
        .map(|i| profit(1e-3 * f64::from(i)) - profit(x[own]))
        .fold(0.0, f64::max)
}

/// Runs the example and asserts its numbers.
pub fn main() {
    // Without costs each of two leaders sells a/3, the follower a/6.
    let x = diagonalize(12.0, 0.0, [1.0, 2.0, 0.0]);
    assert!((x[0] - 4.0).abs() < 1e-6 && (x[1] - 4.0).abs() < 1e-6 && (x[2] - 2.0).abs() < 1e-6);
    // With costs 3 the leaders keep the follower out together, q₀ + q₁ = 9, in many ways.
    let x = diagonalize(12.0, 3.0, [1.0, 2.0, 0.0]);
    assert!(
        (x[0] + x[1] - 9.0).abs() < 1e-6 && x[2].abs() < 1e-6,
        "{x:?}"
    );
    for own in [0, 1] {
        assert!(gain(12.0, 3.0, x, own) < 1e-5, "{x:?}");
    }
}
