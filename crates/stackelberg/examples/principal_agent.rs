//! Principal and agent, after Mirrlees: the agent's effort jumps, and first-order conditions mislead.
//!
//! The agent maximizes x e^{−(y+1)²} + e^{−(y−1)²} by his effort y, the principal wants (x, y) near (2, 1).
//! Replacing the agent by his first-order condition gives a point that he would never choose.

#[allow(dead_code)]
mod draw;

use stackelberg::{
    BilevelOptions, BilevelSolution, mpec::MpecError, nlp_model::AutoBilevel, solve_bilevel,
};

stackelberg::bilevel! {
    /// x: the principal's offer; y: the agent's effort.
    struct Mirrlees(x; y);
    F = (x - 2.0).powi(2) + (y - 1.0).powi(2);
    G <= 0: [];
    f = -x * (-(y + 1.0).powi(2)).exp() - (-(y - 1.0).powi(2)).exp();
    g <= 0: [-y - 2.0, y - 2.0];
}

/// The solution with default options.
pub fn solve() -> Result<BilevelSolution, MpecError> {
    solve_bilevel(
        &AutoBilevel::new("principal and agent", Mirrlees),
        &BilevelOptions::default(),
    )
}

/// The agent's gain.
pub fn gain(x: f64, y: f64) -> f64 {
    x * (-(y + 1.0).powi(2)).exp() + (-(y - 1.0).powi(2)).exp()
}

/// The x for which effort y is stationary: ∂gain/∂y = 0.
pub fn stationary(y: f64) -> f64 {
    (1.0 - y) / (1.0 + y) * (4.0 * y).exp()
}

#[allow(dead_code)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let solution = solve()?;
    println!("{solution}\n");
    let (x, y) = (solution.x[0], solution.y[0]);
    println!(
        "offer {x:.4}, effort {y:.4}: the gain {:.6} equals that of effort {:.4}, {:.6}",
        gain(x, y),
        -y,
        gain(x, -y)
    );
    // the nearest stationary point to (2, 1), which is what first-order conditions would return
    let efforts = (0..=19_900).map(|k| -0.99 + 1e-4 * f64::from(k));
    let all: Vec<(f64, f64)> = efforts.map(|y| (stationary(y), y)).collect();
    let distance = |p: &(f64, f64)| (p.0 - 2.0).powi(2) + (p.1 - 1.0).powi(2);
    let naive = *all
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .ok_or("none")?;
    println!(
        "first-order conditions give ({:.4}, {:.4}): F = {:.4}, a gain of {:.4} where {:.4} is possible",
        naive.0,
        naive.1,
        distance(&naive),
        gain(naive.0, naive.1),
        gain(naive.0, -0.98)
    );

    let chosen = |p: &(f64, f64)| {
        (-200..=200).all(|k| gain(p.0, f64::from(k) / 100.0) <= gain(p.0, p.1) + 1e-6)
    };
    let in_sight = |p: &(f64, f64)| (0.0..=2.4).contains(&p.0);
    let broken = |p: &(f64, f64)| if in_sight(p) { *p } else { (f64::NAN, 0.0) };
    let shown: Vec<(f64, f64)> = all.iter().map(broken).collect();
    let hull: Vec<(f64, f64)> = shown
        .iter()
        .map(|p| if chosen(p) { *p } else { (f64::NAN, 0.0) })
        .collect();
    let mut chart = draw::Chart::new(
        "Principal and agent",
        ("offer x", 0.0, 2.4),
        ("effort y", -1.2, 1.2),
    );
    chart.line("stationary", "#9aa5b1", &shown);
    chart.line("chosen by the agent", draw::BLUE, &hull);
    chart.dots("wish", draw::GREEN, &[(2.0, 1.0)]);
    chart.dots("first-order conditions", draw::GREY, &[naive]);
    chart.dots("found", draw::ORANGE, &[(x, y)]);
    println!("{}", chart.save("principal-agent.svg")?.display());
    Ok(())
}
