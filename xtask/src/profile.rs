//! Performance profiles (DolanMore2002) and data profiles (MoreWild2009), of runs whose success is judged by one
//! measure for all solvers (DolanMoreMunson2006).

mod bolib;
mod costs;
mod figures;
mod outcome;
mod page;
mod records;

use crate::bench::{PUBLISHED_LAMBDAS, QUICK_LAMBDAS, Summary, median, problems};
use crate::grid::{Grid, percent};
use crate::{interrupt, say};
use costs::Profile;

pub use costs::performance;
pub use figures::COLORS;
use outcome::Outcomes;
pub use outcome::{Cost, Outcome};
use std::fmt::Write;
use std::path::PathBuf;
use stopping::CancelToken;

/// Options of `cargo xtask profile`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Profiles of the runs in this `records.jsonl`, with the `times.jsonl` beside, instead of runs of our own.
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
    /// The field of the records that measures success.
    #[arg(
        long,
        default_value = "residual",
        value_name = "FIELD",
        requires = "records"
    )]
    measure: String,
    /// Success is a measure of at most this.
    #[arg(long, default_value_t = bolib::TOLERANCE, value_name = "NUMBER", requires = "records")]
    tolerance: f64,
    /// Fields of the records that are costs.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "iterations,microseconds",
        value_name = "FIELDS",
        requires = "records"
    )]
    cost: Vec<String>,
    /// Problems by name, or by a pattern with * and ?; repeatable [default: all].
    #[arg(long, value_name = "NAME", conflicts_with = "records")]
    problem: Vec<String>,
    /// Folder for profiles and figures.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// A fixed subset: every sixth problem, λ = 1/3, 1, 3.
    #[arg(long, conflicts_with = "records")]
    quick: bool,
    /// Rewrite docs/results from this run; only for the full job.
    #[arg(long, conflicts_with_all = ["records", "quick", "problem"])]
    update_docs: bool,
}

/// All profiles of a set of outcomes.
#[derive(Debug)]
pub struct Results {
    outcomes: Outcomes,
    /// One set of profiles a kind of cost.
    performance: Vec<Vec<Profile>>,
    /// One set of profiles for each of [`TAUS`]; empty without histories.
    data: Vec<Vec<Profile>>,
    summary: Summary,
}

/// Reductions of the measure asked for in data profiles, those of (MoreWild2009, section 3).
pub const TAUS: [f64; 4] = [1e-1, 1e-3, 1e-5, 1e-7];

/// Runs or reads, prints a table and writes the files.
pub fn run(args: &Args) -> crate::Result<()> {
    let (costs, list, complete) = gather(args, interrupt::token())?;
    let results = Results::new(costs, list, complete)?;
    say(table(&results).terminal());
    write(args, &results)?;
    if !complete {
        let problems = results.outcomes.rows.len();
        return Err(format!("interrupted after {problems} problems, which are written").into());
    }
    if args.update_docs {
        page::write(&crate::root(), &results)?;
        say("docs/results/profiles.md and its figures are rewritten.");
    }
    Ok(())
}

/// Performance profiles of these outcomes, as a document.
pub fn performance_figure(costs: Vec<Cost>, list: Vec<Outcome>) -> crate::Result<String> {
    let results = Results::new(costs, list, true)?;
    Ok(figures::performance(&results).render())
}

/// Data profiles of `solvers` for the accuracies [`TAUS`], as a document: `costs` holds for each of them and
/// each problem the evaluations of every solver, ∞ for never.
pub fn data_figure(
    title: &str,
    solvers: &[&str],
    costs: &[Vec<Vec<f64>>; 4],
    sizes: &[usize],
) -> crate::Result<String> {
    if solvers.len() > figures::COLORS.len() {
        return Err("too many solvers for a figure".into());
    }
    let n = solvers.len();
    let profiles: Vec<Vec<Profile>> = costs.iter().map(|c| costs::data(c, sizes, n)).collect();
    Ok(figures::data(title, "evaluations", solvers, &profiles).render())
}

fn gather(args: &Args, cancel: &CancelToken) -> crate::Result<(Vec<Cost>, Vec<Outcome>, bool)> {
    let costs: Vec<Cost> = args.cost.iter().map(|name| Cost::new(name)).collect();
    if let Some(path) = &args.records {
        let named = |e| format!("{}: {e}", path.display());
        let mut text = crate::read(path)?;
        let times = path.with_file_name("times.jsonl");
        if times.exists() {
            text = records::join(&text, &crate::read(&times)?).map_err(named)?;
        }
        let list = records::read(&text, &args.measure, args.tolerance, &costs).map_err(named)?;
        return Ok((costs, list, true));
    }
    let lambdas: &[f64] = if args.quick {
        &QUICK_LAMBDAS
    } else {
        &PUBLISHED_LAMBDAS
    };
    let chosen = problems(&args.problem, args.quick)?;
    let (list, complete) = bolib::run(&chosen, lambdas, cancel)?;
    Ok((costs, list, complete))
}

impl Results {
    fn new(costs: Vec<Cost>, list: Vec<Outcome>, complete: bool) -> crate::Result<Self> {
        let (outcomes, dropped) = Outcomes::new(costs, list)?;
        let n = outcomes.solvers.len();
        if n > figures::COLORS.len() {
            let most = figures::COLORS.len();
            return Err(format!("{n} solvers; a figure holds at most {most}").into());
        }
        let performance: Vec<Vec<Profile>> = (0..outcomes.costs.len())
            .map(|k| costs::performance(&outcomes.matrix(k), n))
            .collect();
        let has_histories = outcomes
            .rows
            .iter()
            .flatten()
            .any(|o| !o.history.is_empty());
        let taus: &[f64] = if has_histories { &TAUS } else { &[] };
        let data = taus
            .iter()
            .map(|tau| costs::data(&outcomes.reductions(*tau), &outcomes.sizes(), n))
            .collect();
        let mut summary = Summary::default();
        summary.count("problems", outcomes.rows.len());
        summary.count("problems_dropped", dropped);
        summary.count("interrupted", usize::from(!complete));
        let nobody = |row: &&Vec<Outcome>| row.iter().all(|o| !o.solved);
        summary.count(
            "unsolved_by_all",
            outcomes.rows.iter().filter(nobody).count(),
        );
        for (s, solver) in outcomes.solvers.iter().enumerate() {
            enter_solver(&mut summary, solver, s, &outcomes, &performance);
        }
        Ok(Results {
            outcomes,
            performance,
            data,
            summary,
        })
    }

    /// A number of the summary about the solver number `s`.
    fn number(&self, s: usize, suffix: &str) -> f64 {
        let name = format!("{}_{suffix}", self.outcomes.solvers[s]);
        self.summary.get(&name).unwrap_or(f64::NAN)
    }
}

fn enter_solver(
    summary: &mut Summary,
    solver: &str,
    s: usize,
    outcomes: &Outcomes,
    performance: &[Vec<Profile>],
) {
    let name = |suffix: &str| format!("{solver}_{suffix}");
    let count =
        |holds: &dyn Fn(&Outcome) -> bool| outcomes.of_solver(s).filter(|o| holds(o)).count();
    let solved = count(&|o| o.solved);
    let share = solved as f64 / outcomes.rows.len() as f64;
    summary.count(&name("solved"), solved);
    summary.number(&name("solved_fraction"), share);
    summary.count(&name("solved_again"), count(&|o| o.solves > 1));
    summary.count(&name("claims_refuted"), count(&|o| o.claimed && !o.solved));
    summary.count(
        &name("unclaimed_successes"),
        count(&|o| !o.claimed && o.solved),
    );
    for (k, cost) in outcomes.costs.iter().enumerate() {
        let profile = &performance[k][s];
        let name = |suffix: &str| format!("{solver}_{}_{suffix}", cost.name);
        summary.number(&name("best_fraction"), profile.at(1.0));
        summary.number(&name("within_2_fraction"), profile.at(2.0));
        summary.number(&name("within_10_fraction"), profile.at(10.0));
        let costs = outcomes.of_solver(s).filter(|o| o.solved);
        summary.number(&name("median"), median(costs.map(|o| o.costs[k])));
    }
}

/// What the profiles say in a few numbers.
fn table(results: &Results) -> Grid {
    let mut header: Vec<String> = ["solver", "solved", "solved again", "claims refuted"]
        .map(String::from)
        .into();
    for cost in &results.outcomes.costs {
        header.extend([
            format!("{}: best", cost.label),
            "≤ 2 ×".into(),
            "≤ 10 ×".into(),
        ]);
    }
    let mut grid = Grid::new(1, header);
    for (s, solver) in results.outcomes.solvers.iter().enumerate() {
        let number = |suffix: &str| results.number(s, suffix);
        let mut row = vec![
            solver.clone(),
            percent(number("solved_fraction")),
            number("solved_again").to_string(),
            number("claims_refuted").to_string(),
        ];
        for cost in &results.outcomes.costs {
            for suffix in ["best", "within_2", "within_10"] {
                row.push(percent(number(&format!("{}_{suffix}_fraction", cost.name))));
            }
        }
        grid.push(row);
    }
    grid
}

/// All profiles as comma-separated values: kind, cost, τ, solver, budget, share.
fn csv(results: &Results) -> String {
    let mut text = String::from("kind,cost,tau,solver,budget,share\n");
    let mut add = |kind: &str, cost: &str, tau: &str, profiles: &[Profile]| {
        for (solver, profile) in results.outcomes.solvers.iter().zip(profiles) {
            for (budget, share) in &profile.steps {
                let _ = writeln!(text, "{kind},{cost},{tau},{solver},{budget},{share}");
            }
        }
    };
    for (cost, profiles) in results.outcomes.costs.iter().zip(&results.performance) {
        add("performance", &cost.name, "", profiles);
    }
    for (tau, profiles) in TAUS.iter().zip(&results.data) {
        add("data", "iterations", &format!("{tau:e}"), profiles);
    }
    text
}

fn write(args: &Args, results: &Results) -> crate::Result<()> {
    let file = |name: &str, text: &str| crate::write(&args.out.join(name), text);
    file("profiles.csv", &csv(results))?;
    file("summary.json", &results.summary.json()?)?;
    let mut lines = String::new();
    for outcome in results.outcomes.rows.iter().flatten() {
        lines.push_str(&serde_json::to_string(outcome)?);
        lines.push('\n');
    }
    file("outcomes.jsonl", &lines)?;
    for (name, document) in figures::all(results) {
        file(name, &document)?;
    }
    say(format_args!(
        "profiles, summary and figures: {}",
        args.out.display()
    ));
    Ok(())
}

#[cfg(test)]
mod tests;
