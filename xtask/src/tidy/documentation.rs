//! Public items are documented: the compiler checks them where the lints of the workspace apply.

use super::{Source, Violation};
use std::path::Path;

/// Members without `[lints] workspace = true`, a workspace that does not deny missing documentation,
/// and Rust files that do not begin with `//!`.
pub fn check(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in sources {
        if source.path == Path::new("Cargo.toml") {
            if !has(source, "workspace.lints.rust", "missing_docs = \"deny\"") {
                found.push(
                    source.violation(1, "missing_docs must be denied in [workspace.lints.rust]"),
                );
            }
        } else if source.path.ends_with("Cargo.toml") {
            if !has(source, "lints", "workspace = true") {
                found.push(source.violation(1, "the lints of the workspace do not apply: [lints]"));
            }
        } else if source.is("rs") && !says_what_it_is(source) {
            found.push(source.violation(1, "a file begins with `//!` and says what it is"));
        }
    }
    found
}

/// A crate may take its documentation from a file.
fn says_what_it_is(source: &Source) -> bool {
    source.text.starts_with("//!") || source.text.starts_with("#![doc = include_str!(")
}

/// Whether the manifest has this line in this section.
fn has(manifest: &Source, section: &str, line: &str) -> bool {
    let header = format!("[{section}]");
    let lines = manifest.text.lines().map(str::trim);
    lines
        .skip_while(|l| *l != header)
        .skip(1)
        .take_while(|l| !l.starts_with('['))
        .any(|l| l == line)
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    #[test]
    fn manifests_without_the_common_lints_are_found() {
        let good = source("crates/a/Cargo.toml", "[lints]\nworkspace = true\n");
        let other = source("crates/b/Cargo.toml", "[lints]\n[x]\nworkspace = true\n");
        let top = source(
            "Cargo.toml",
            "[workspace.lints.rust]\nmissing_docs = \"warn\"\n",
        );
        let found = check(&[good, other, top]);
        let paths: Vec<_> = found.iter().map(|v| v.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["crates/b/Cargo.toml", "Cargo.toml"]);
    }

    #[test]
    fn a_file_says_what_it_is() {
        let sources = [
            source("a.rs", "//! A.\n"),
            source("b.rs", "use a;\n"),
            source("c.rs", "#![doc = include_str!(\"README.md\")]\n"),
        ];
        let found = check(&sources);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, Path::new("b.rs"));
    }
}
