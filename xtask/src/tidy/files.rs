//! The text files of the repository, and how long they may be.

use super::{Source, Violation};
use std::path::Path;

/// Longest allowed Rust file, in lines.
const LONGEST: usize = 400;

/// Folders whose content is not source.
const SKIPPED: [&str; 4] = ["target", "out", ".git", "data"];

/// Kinds of files that are read.
const KINDS: [&str; 4] = ["rs", "md", "toml", "yml"];

/// Reads all Rust, Markdown, TOML and YAML files below `root`, and the scripts of `.ci`.
pub fn read_all(root: &Path) -> crate::Result<Vec<Source>> {
    let mut sources = Vec::new();
    collect(root, root, &mut sources)?;
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> crate::Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            if !SKIPPED.contains(&name) {
                collect(root, &path, sources)?;
            }
            continue;
        }
        let is_script = folder == root.join(".ci");
        let kind = path.extension().and_then(|e| e.to_str());
        if is_script || kind.is_some_and(|k| KINDS.contains(&k)) {
            sources.push(Source {
                text: crate::read(&path)?,
                path: path.strip_prefix(root)?.to_path_buf(),
            });
        }
    }
    Ok(())
}

/// Rust files longer than 400 lines.
pub fn check(sources: &[Source]) -> Vec<Violation> {
    let lengths = sources
        .iter()
        .filter(|s| s.is("rs"))
        .map(|s| (s, s.text.lines().count()));
    lengths
        .filter(|(_, n)| *n > LONGEST)
        .map(|(s, n)| s.violation(n, format!("{n} lines; a file has at most {LONGEST}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    #[test]
    fn a_file_of_401_lines_is_too_long() {
        let sources = [
            source("a.rs", &"\n".repeat(400)),
            source("b.rs", &"\n".repeat(401)),
        ];
        let found = check(&sources);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].to_string(),
            "b.rs:401: 401 lines; a file has at most 400"
        );
    }

    #[test]
    fn the_walk_finds_this_file_and_skips_what_is_built() {
        let sources = read_all(&crate::root()).unwrap();
        let has = |path: &str| sources.iter().any(|s| s.path == Path::new(path));
        assert!(has("xtask/src/tidy/files.rs") && has("Cargo.toml") && has(".ci/run"));
        assert!(!sources.iter().any(|s| s.path.starts_with("target")));
    }
}
