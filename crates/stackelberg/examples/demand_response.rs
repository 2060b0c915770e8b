//! Demand response: a retailer sets the prices of three periods, the customer shifts his load.
//!
//! The customer would like to consume (4, 6, 11) at night, by day and in the evening; a shift costs him
//! (yₜ − dₜ)² a period, his total stays 21. Energy costs the retailer 2, 4 and 9; the regulator fixes the mean
//! of his prices at 8 and the highest at 15.

#[allow(dead_code)]
mod draw;

use stackelberg::{
    BilevelOptions, BilevelSolution, mpec::MpecError, nlp_model::AutoBilevel, solve_bilevel,
};

stackelberg::bilevel! {
    /// x: prices; y: loads.
    struct Tariff(p1, p2, p3; y1, y2, y3);
    F = -(p1 - 2.0) * y1 - (p2 - 4.0) * y2 - (p3 - 9.0) * y3;
    G <= 0: [-p1, -p2, -p3, p1 - 15.0, p2 - 15.0, p3 - 15.0];
    H == 0: [p1 + p2 + p3 - 24.0];
    f = p1 * y1 + p2 * y2 + p3 * y3
        + (y1 - 4.0).powi(2) + (y2 - 6.0).powi(2) + (y3 - 11.0).powi(2);
    g <= 0: [-y1, -y2, -y3];
    h == 0: [y1 + y2 + y3 - 21.0];
}

/// The solution with default options.
pub fn solve() -> Result<BilevelSolution, MpecError> {
    solve_bilevel(
        &AutoBilevel::new("tariff", Tariff),
        &BilevelOptions::default(),
    )
}

/// Loads at given prices, by hand: yₜ = dₜ − (pₜ − mean p)/2 where this is positive.
pub fn loads(p: [f64; 3]) -> [f64; 3] {
    let mean = p.iter().sum::<f64>() / 3.0;
    [
        4.0 - 0.5 * (p[0] - mean),
        6.0 - 0.5 * (p[1] - mean),
        11.0 - 0.5 * (p[2] - mean),
    ]
}

/// The retailer's profit at given prices.
pub fn profit(p: [f64; 3]) -> f64 {
    let y = loads(p);
    (p[0] - 2.0) * y[0] + (p[1] - 4.0) * y[1] + (p[2] - 9.0) * y[2]
}

#[allow(dead_code)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let solution = solve()?;
    println!("{solution}\n");
    println!("prices {:.3?}, loads {:.3?}", solution.x, solution.y);
    println!(
        "profit {:.3}; with the same price at all times {:.3}",
        -solution.objective,
        profit([8.0; 3])
    );

    let bars = |shift: f64, heights: &[f64]| -> Vec<(f64, f64)> {
        heights
            .iter()
            .enumerate()
            .map(|(k, v)| (k as f64 + 1.0 + shift, *v))
            .collect()
    };
    let mut chart = draw::Chart::new(
        "A tariff and the response to it",
        ("period: 1 night, 2 day, 3 evening", 0.0, 4.0),
        ("load; price", 0.0, 16.0),
    );
    chart.bars(
        "load wished",
        "#cbd2d9",
        0.25,
        &bars(-0.26, &[4.0, 6.0, 11.0]),
    );
    chart.bars("load", draw::BLUE, 0.25, &bars(0.0, &solution.y));
    chart.bars("price", draw::ORANGE, 0.25, &bars(0.26, &solution.x));
    println!("{}", chart.save("demand-response.svg")?.display());
    Ok(())
}
