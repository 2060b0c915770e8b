//! `cargo xtask tidy`: what the compiler does not check.

mod citations;
mod documentation;
mod files;
mod layers;
mod leftovers;
mod links;

use std::fmt;
use std::path::{Path, PathBuf};

/// A rule that is broken somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// File, relative to the top folder.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.message)
    }
}

/// A text file of the repository.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path relative to the top folder.
    pub path: PathBuf,
    /// Content.
    pub text: String,
}

impl Source {
    /// True for a file with this ending.
    pub fn is(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|e| e == extension)
    }

    /// Lines with their numbers from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(k, line)| (k + 1, line))
    }

    /// A broken rule in this file.
    pub fn violation(&self, line: usize, message: impl Into<String>) -> Violation {
        Violation {
            path: self.path.clone(),
            line,
            message: message.into(),
        }
    }
}

/// Checks the repository below `root` and prints what is wrong; true when nothing is.
pub fn run(root: &Path) -> crate::Result<bool> {
    let sources = files::read_all(root)?;
    let mut violations = layers::check(root, &sources)?;
    violations.extend(links::check(root, &sources));
    let references = crate::read(&root.join("docs/references.bib"))?;
    violations.extend(citations::check(&references, &sources));
    violations.extend(files::check(&sources));
    violations.extend(documentation::check(&sources));
    violations.extend(leftovers::check(&sources));
    violations.sort();
    for violation in &violations {
        crate::say(violation);
    }
    crate::say(format_args!(
        "{} files, {} violations",
        sources.len(),
        violations.len()
    ));
    Ok(violations.is_empty())
}

/// A source for tests.
#[cfg(test)]
fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.into(),
        text: text.into(),
    }
}
