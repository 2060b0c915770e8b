//! Stackelberg–Cournot oligopoly: one firm chooses its quantity first, three others follow at once.
//!
//! The price is 100 − Q with Q the sum of all quantities, unit costs are 10 for the leader and 10, 15, 20 for
//! the followers. The followers' Cournot game has a potential: its equilibrium is the maximizer of
//! Σ (100 − cᵢ − x) yᵢ − ½ (Σ yᵢ)² − ½ Σ yᵢ², so that one lower level stands for three players.

#[allow(dead_code)]
mod draw;

use stackelberg::{
    BilevelOptions, BilevelSolution, mpec::MpecError, nlp_model::AutoBilevel, solve_bilevel,
};

stackelberg::bilevel! {
    /// x: the leader's quantity; y: those of the followers.
    struct Oligopoly(x; y1, y2, y3);
    F = -(90.0 - x - y1 - y2 - y3) * x;
    G <= 0: [-x, x - 100.0];
    f = -(90.0 - x) * y1 - (85.0 - x) * y2 - (80.0 - x) * y3
        + 0.5 * (y1 + y2 + y3).powi(2) + 0.5 * (y1.powi(2) + y2.powi(2) + y3.powi(2));
    g <= 0: [-y1, -y2, -y3];
}

/// The solution with default options.
pub fn solve() -> Result<BilevelSolution, MpecError> {
    solve_bilevel(
        &AutoBilevel::new("oligopoly", Oligopoly),
        &BilevelOptions::default(),
    )
}

/// The followers' equilibrium by best responses, one after the other, until nothing moves.
pub fn followers(x: f64) -> [f64; 3] {
    let mut y = [0.0; 3];
    for _ in 0..500 {
        for (i, cost) in [10.0, 15.0, 20.0].into_iter().enumerate() {
            let others = y.iter().sum::<f64>() - y[i];
            y[i] = (0.5 * (100.0 - cost - x - others)).max(0.0);
        }
    }
    y
}

/// The leader's profit.
pub fn profit(x: f64) -> f64 {
    (90.0 - x - followers(x).iter().sum::<f64>()) * x
}

#[allow(dead_code)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let solution = solve()?;
    println!("{solution}\n");
    let x = solution.x[0];
    println!(
        "leader: quantity {x:.3}, profit {:.3}; followers: {:.3?}",
        -solution.objective, solution.y
    );

    let quantities = || (0..=200).map(|k| 0.5 * f64::from(k));
    let profits: Vec<(f64, f64)> = quantities().map(|x| (x, profit(x))).collect();
    let mut chart = draw::Chart::new(
        "A leader among four firms",
        ("quantity of the leader", 0.0, 100.0),
        ("profit; 10 × quantities of the followers", 0.0, 800.0),
    );
    for (i, color) in [draw::GREEN, draw::GREY, "#9aa5b1"].into_iter().enumerate() {
        let curve: Vec<(f64, f64)> = quantities().map(|x| (x, 10.0 * followers(x)[i])).collect();
        chart.line(["follower 1", "follower 2", "follower 3"][i], color, &curve);
    }
    chart.line("profit", draw::BLUE, &profits);
    chart.dots("found", draw::ORANGE, &[(x, -solution.objective)]);
    println!("{}", chart.save("oligopoly.svg")?.display());
    Ok(())
}
