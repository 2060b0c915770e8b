//! Tools of the repository: `cargo xtask bench`, `cargo xtask profile` and `cargo xtask tidy`.

mod bench;
mod grid;
mod interrupt;
mod profile;
mod report;
mod svg;
mod tidy;

use clap::{Parser, Subcommand};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tracing_subscriber::filter::LevelFilter;

/// Tools of the repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    /// Show the solvers' events of this level on stderr: error, warn, info, debug, trace.
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<LevelFilter>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a benchmark and compare with published results; the default job is `bolib`.
    Bench(bench::Args),
    /// Performance and data profiles of solvers, the three variants on BOLIB by default.
    Profile(profile::Args),
    /// Check what the compiler does not: layers, file lengths, documentation, citations, links.
    Tidy,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(level) = cli.log {
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(std::io::stderr)
            .init();
    }
    let outcome = match cli.verb {
        Verb::Bench(args) => interrupt::listen()
            .and_then(|()| bench::run(&args))
            .map(|()| true),
        Verb::Profile(args) => interrupt::listen()
            .and_then(|()| profile::run(&args))
            .map(|()| true),
        Verb::Tidy => tidy::run(&root()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Errors end up as one line on stderr, so their text is all that matters.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Top folder of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Prints a line; that nobody reads on, as after `| head`, is no error.
fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Reads a text file; the error names it.
fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()).into())
}

/// Writes a text file and the folders above it; the error names it.
fn write(path: &Path, text: &str) -> Result<()> {
    write_folder(path)?;
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()).into())
}

/// Makes the folders above a file.
fn write_folder(path: &Path) -> Result<()> {
    path.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .map_err(|e| format!("{}: {e}", path.display()).into())
}
