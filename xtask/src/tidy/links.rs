//! Relative links of pages lead to files.

use super::{Source, Violation};
use std::path::Path;

/// Links of Markdown files whose target does not exist below `root`.
pub fn check(root: &Path, sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for page in sources.iter().filter(|s| s.is("md")) {
        let folder = root.join(page.path.parent().unwrap_or(Path::new("")));
        for (number, target) in links(page) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !folder.join(file).exists() {
                found.push(page.violation(number, format!("the link `{target}` leads nowhere")));
            }
        }
    }
    found
}

/// Targets of links and images that are not addresses, with their lines; code is skipped.
fn links(page: &Source) -> Vec<(usize, &str)> {
    let mut in_fence = false;
    let mut targets = Vec::new();
    for (number, line) in page.lines() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        for part in line.split('`').step_by(2) {
            let after = part.split("](").skip(1);
            let target = after.filter_map(|rest| rest.split([')', ' ']).next());
            let is_local = |t: &&str| !t.contains("://") && !t.starts_with("mailto:");
            targets.extend(target.filter(is_local).map(|t| (number, t)));
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let text = "[a](../Cargo.toml) ![b](no.svg \"t\") [c](https://a.org) [d](#part)\n\
                    `[e](no.md)`\n```\n[f](no.md)\n```\n[g](../Cargo.toml#top) [h](no.md#x)\n";
        let found = check(&crate::root(), &[source("docs/page.md", text)]);
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        // The folder docs exists, so that `..` is the top folder.
        assert_eq!(
            lines,
            [
                "docs/page.md:1: the link `no.svg` leads nowhere",
                "docs/page.md:6: the link `no.md#x` leads nowhere"
            ]
        );
    }
}
