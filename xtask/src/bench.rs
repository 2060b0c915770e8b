//! Benchmarks: each job solves a set of problems and writes records, a summary and figures.

mod bolib;
mod compare;
mod derivatives;
mod examples;
mod figures;
mod mpcc;
mod published;
mod record;
mod selection;
mod summary;
mod sweep;
pub mod table;

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
    /// Complementarity programs of MacMPEC, beside stored runs of other solvers.
    Mpcc(mpcc::Args),
}

/// Runs the job, `bolib` when none is named.
pub fn run(args: &Args) -> crate::Result<()> {
    match &args.job {
        Some(Job::Bolib(args)) => bolib::run(args),
        Some(Job::Mpcc(args)) => mpcc::run(args),
        None => bolib::run(&args.default),
    }
}
