//! A layer depends on lower layers only.

use super::{Source, Violation};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// The layers, bottom to top.
const LAYERS: [&str; 9] = [
    "stackelberg-linalg",
    "stackelberg-nlp-model",
    "stackelberg-stopping",
    "stackelberg-trust-region",
    "stackelberg-ssn",
    "stackelberg-dfo",
    "stackelberg-mpec",
    "stackelberg-bolib",
    "stackelberg",
];

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
    manifest_path: String,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// None for a normal dependency, else `dev` or `build`.
    kind: Option<String>,
}

/// Asks `cargo metadata` and checks every crate below `crates`.
pub fn check(root: &Path, sources: &[Source]) -> crate::Result<Vec<Violation>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata = serde_json::from_slice(&output.stdout)?;
    Ok(violations(&metadata, root, sources))
}

fn violations(metadata: &Metadata, root: &Path, sources: &[Source]) -> Vec<Violation> {
    let rank = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    let mut found = Vec::new();
    for package in &metadata.packages {
        let manifest = Path::new(&package.manifest_path);
        let path = manifest.strip_prefix(root).unwrap_or(manifest);
        if !path.starts_with("crates") {
            continue;
        }
        let report = |mention: &str, message: String| Violation {
            path: path.to_path_buf(),
            line: line_of(sources, path, mention),
            message,
        };
        let Some(own) = rank(&package.name) else {
            let message = format!("`{}` is not one of the layers", package.name);
            found.push(report("name", message));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|d| d.kind.is_none()) {
            if rank(&dependency.name).is_some_and(|other| other >= own) {
                let message = format!(
                    "`{}` depends on `{}`, which is not a lower layer",
                    package.name, dependency.name
                );
                found.push(report(&dependency.name, message));
            }
        }
    }
    found
}

/// The line of the manifest that begins with `mention`, 1 when there is none.
fn line_of(sources: &[Source], path: &Path, mention: &str) -> usize {
    let is_mentioned = |line: &str| {
        let rest = line.trim_start().strip_prefix(mention);
        rest.is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
    };
    sources
        .iter()
        .find(|s| s.path == path)
        .and_then(|s| s.lines().find(|(_, line)| is_mentioned(line)))
        .map_or(1, |(k, _)| k)
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn found(name: &str, dependencies: &[(&str, Option<&str>)], manifest: &str) -> Vec<String> {
        let dependencies = dependencies.iter().map(|(name, kind)| Dependency {
            name: name.to_string(),
            kind: kind.map(Into::into),
        });
        let metadata = Metadata {
            packages: vec![Package {
                name: name.into(),
                dependencies: dependencies.collect(),
                manifest_path: "/r/crates/a/Cargo.toml".into(),
            }],
        };
        let sources = [source("crates/a/Cargo.toml", manifest)];
        let found = violations(&metadata, Path::new("/r"), &sources);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_dependency_on_a_higher_layer_is_found_in_its_line() {
        let manifest = "[dependencies]\nstackelberg-ssn-x = 1\nstackelberg-ssn = 1\n";
        let list = [("stackelberg-ssn", None), ("faer", None)];
        assert_eq!(
            found("stackelberg-linalg", &list, manifest),
            [
                "crates/a/Cargo.toml:3: `stackelberg-linalg` depends on `stackelberg-ssn`, which is not a lower layer"
            ]
        );
    }

    #[test]
    fn lower_layers_and_development_dependencies_are_allowed() {
        let list = [
            ("stackelberg-linalg", None),
            ("stackelberg-bolib", Some("dev")),
        ];
        assert!(found("stackelberg-ssn", &list, "").is_empty());
    }

    #[test]
    fn a_crate_that_is_no_layer_is_found() {
        let found = found(
            "stackelberg-extra",
            &[],
            "[package]\nname = \"stackelberg-extra\"\n",
        );
        assert_eq!(
            found,
            ["crates/a/Cargo.toml:2: `stackelberg-extra` is not one of the layers"]
        );
    }
}
