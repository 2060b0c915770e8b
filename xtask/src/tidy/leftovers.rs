//! What work in progress leaves behind.

use super::{Source, Violation};

/// Macros that have no place in a library.
const MACROS: [&str; 6] = [
    "todo!",
    "unimplemented!",
    "dbg!",
    "print!",
    "println!",
    "eprintln!",
];

/// First folders of paths that exist on one machine only.
const MACHINE_FOLDERS: [&str; 5] = ["work", "tmp", "root", "home", "Users"];

/// Leftovers in all files; the macros only in the sources of libraries.
pub fn check(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in sources {
        let is_rust = source.is("rs");
        let is_library = is_rust && is_library_source(source);
        for (number, line) in source.lines() {
            let code = if is_rust { without_comment(line) } else { line };
            let mut report = |message: String| found.push(source.violation(number, message));
            for name in MACROS.iter().filter(|m| is_library && calls(code, m)) {
                report(format!("`{name}` in a library"));
            }
            if is_rust && code.trim_start().starts_with("#[ignore") {
                report("an ignored test".into());
            }
            if let Some(folder) = machine_path(line) {
                report(format!("a path of one machine: {folder}"));
            }
        }
    }
    found
}

fn is_library_source(source: &Source) -> bool {
    let mut parts = source.path.iter();
    parts.next().is_some_and(|p| p == "crates") && parts.nth(1).is_some_and(|p| p == "src")
}

fn without_comment(line: &str) -> &str {
    line.find("//").map_or(line, |k| &line[..k])
}

/// Whether `code` calls the macro; `println!` within `eprintln!` does not count twice.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(k, _)| {
        let before = code[..k].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// An absolute path into one of the machine's folders.
fn machine_path(line: &str) -> Option<String> {
    MACHINE_FOLDERS
        .iter()
        .map(|f| format!("/{f}/"))
        .find(|folder| {
            line.match_indices(folder.as_str()).any(|(k, _)| {
                let before = line[..k].chars().next_back();
                !before.is_some_and(|c| c.is_alphanumeric() || "._-{}*/".contains(c))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let found = check(&[source(path, text)]);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn printing_and_unfinished_code_have_no_place_in_a_library() {
        let text = "fn f() {\n    todo!()\n}\n/// println!(\"an example\")\neprintln!(\"x\");\n";
        assert_eq!(
            messages("crates/a/src/lib.rs", text),
            [
                "crates/a/src/lib.rs:2: `todo!` in a library",
                "crates/a/src/lib.rs:5: `eprintln!` in a library"
            ]
        );
        assert!(messages("crates/a/tests/t.rs", text).is_empty());
        assert!(messages("xtask/src/main.rs", text).is_empty());
    }

    #[test]
    fn ignored_tests_are_found_everywhere() {
        let text = format!("    #[{}]\n", "ignore = \"slow\"");
        assert_eq!(
            messages("tests/a.rs", &text),
            ["tests/a.rs:1: an ignored test"]
        );
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        let path = format!("see `/{}/notes.txt`", "home");
        let found = messages("README.md", &path);
        assert_eq!(found.len(), 1, "{found:?}");
        let relative = format!("docs/{}/a, https://a.org/{}/b", "work", "home");
        assert!(messages("README.md", &relative).is_empty());
    }
}
