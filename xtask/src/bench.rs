//! Benchmarks: each job solves a set of problems and writes records, a summary and figures.

mod bilevel;
mod bolib;
mod compare;
mod control;
mod derivatives;
mod dfo;
mod examples;
mod figures;
mod merge;
mod mpcc;
mod multilevel;
mod nlp;
mod peers;
mod pessimistic;
mod published;
mod record;
mod revision;
mod runs;
mod selection;
mod shard;
mod stability;
mod summary;
mod sweep;
pub mod table;
mod trust_region;

pub use bolib::Results;
#[cfg(test)]
pub use bolib::small_results;
pub use compare::AGREEMENT;
pub use selection::{PUBLISHED_LAMBDAS, QUICK_LAMBDAS, Variant, problems};
pub use summary::{Summary, median};
pub use sweep::progress_bar;

use clap::Subcommand;

/// Arguments of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    job: Option<Job>,
    #[command(flatten)]
    default: bolib::Args,
}

#[derive(Debug, Subcommand)]
enum Job {
    /// 124 bilevel problems of BOLIB by semismooth Newton, beside the published tables.
    Bolib(bolib::Args),
    /// The same problems by the bilevel driver with default options, each point judged anew.
    Bilevel(bilevel::Args),
    /// The bilevel control problem, up to 161,295 unknowns.
    Control(control::Args),
    /// Unconstrained problems by trust regions, beside stored runs and other crates.
    TrustRegion(trust_region::Args),
    /// Constrained problems of Hock and Schittkowski, beside stored runs.
    Nlp(nlp::Args),
    /// Objectives in an order of importance, and constraints in blocks.
    Multilevel(multilevel::Args),
    /// Derivative-free solvers: data profiles and overheads, beside stored runs and other crates.
    Dfo(dfo::Args),
    /// Complementarity programs of MacMPEC, beside stored runs of other solvers.
    Mpcc(mpcc::Args),
    /// Pessimistic solutions: tables and figures of the 2009 report, problems with known values.
    Pessimistic(pessimistic::Args),
    /// How lower-level solutions move with the data, at the references of BOLIB.
    Stability(stability::Args),
}

/// Runs the job, `bolib` when none is named.
pub fn run(args: &Args) -> crate::Result<()> {
    match &args.job {
        Some(Job::Bolib(args)) => bolib::run(args),
        Some(Job::Bilevel(args)) => bilevel::run(args),
        Some(Job::Control(args)) => control::run(args),
        Some(Job::TrustRegion(args)) => trust_region::run(args),
        Some(Job::Nlp(args)) => nlp::run(args),
        Some(Job::Multilevel(args)) => multilevel::run(args),
        Some(Job::Dfo(args)) => dfo::run(args),
        Some(Job::Mpcc(args)) => mpcc::run(args),
        Some(Job::Pessimistic(args)) => pessimistic::run(args),
        Some(Job::Stability(args)) => stability::run(args),
        None => bolib::run(&args.default),
    }
}
