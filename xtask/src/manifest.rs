//! The little of a `Cargo.toml` that the rules ask about: tables, keys, values, and where they stand.

/// A manifest as a list of entries, in the order of the file.
#[derive(Debug)]
pub(crate) struct Manifest<'a> {
    pub(crate) path: &'a str,
    entries: Vec<Entry<'a>>,
}

/// `key = value` in a table; a table's own heading is an entry without key.
#[derive(Debug)]
struct Entry<'a> {
    line: usize,
    table: &'a str,
    key: &'a str,
    value: &'a str,
}

/// Which list a dependency stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DependencyKind {
    Normal,
    Dev,
    Build,
}

/// A dependency under its real name, also where it is renamed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dependency<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: DependencyKind,
    pub(crate) line: usize,
}

impl<'a> Manifest<'a> {
    pub(crate) fn parse(path: &'a str, text: &'a str) -> Self {
        let mut entries = Vec::new();
        let (mut table, mut depth) = ("", 0_isize);
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            let line = without_comment(line).trim();
            if depth == 0 && line.starts_with('[') {
                table = line.trim_matches(['[', ']']).trim();
                entries.push(Entry { line: line_number, table, key: "", value: "" });
                continue;
            }
            if let Some((key, value)) = line.split_once('=').filter(|_| depth == 0) {
                entries.push(Entry { line: line_number, table, key: key.trim(), value: value.trim() });
            }
            depth += brackets(line);
        }
        Self { path, entries }
    }

    /// The package's name.
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.value("package", "name").map(|name| name.trim_matches('"'))
    }

    /// The folder of the manifest.
    pub(crate) fn folder(&self) -> &'a str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The value of a key as written, quotes included.
    pub(crate) fn value(&self, table: &str, key: &str) -> Option<&'a str> {
        self.entries.iter().find(|entry| entry.table == table && entry.key == key).map(|entry| entry.value)
    }

    /// Every dependency, of every kind and target.
    pub(crate) fn dependencies(&self) -> Vec<Dependency<'a>> {
        self.entries.iter().filter_map(|entry| self.dependency(entry)).collect()
    }

    fn dependency(&self, entry: &Entry<'a>) -> Option<Dependency<'a>> {
        let (kind, table_name) = dependency_table(entry.table)?;
        let (alias, value) = match table_name {
            // `[dependencies.name]`, told once, at its heading.
            Some(name) if entry.key.is_empty() => (name, self.value(entry.table, "package").unwrap_or("")),
            None if !entry.key.is_empty() => (entry.key.split('.').next()?, renamed(entry.value)),
            _ => return None,
        };
        let name = if value.is_empty() { alias } else { value };
        Some(Dependency { name: name.trim_matches('"'), kind, line: entry.line })
    }
}

/// The kind of a dependency table, and the dependency it is about if it is about one.
fn dependency_table(table: &str) -> Option<(DependencyKind, Option<&str>)> {
    let kinds = [
        ("dev-dependencies", DependencyKind::Dev),
        ("build-dependencies", DependencyKind::Build),
        ("dependencies", DependencyKind::Normal),
    ];
    for (word, kind) in kinds {
        if table == word || table.strip_suffix(word).is_some_and(|before| before.ends_with('.')) {
            return Some((kind, None));
        }
        let dotted = format!("{word}.");
        if let Some(at) = table.find(&dotted).filter(|at| *at == 0 || table[..*at].ends_with('.')) {
            return Some((kind, Some(&table[at + dotted.len()..])));
        }
    }
    None
}

/// The quoted name in `{ package = "name", ... }`, or nothing.
fn renamed(value: &str) -> &str {
    let after = value.split_once("package").map_or("", |(_, after)| after.trim_start());
    after.strip_prefix('=').and_then(|quoted| quoted.split('"').nth(1)).unwrap_or("")
}

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '#' if !quoted => return &line[..at],
            _ => {}
        }
    }
    line
}

fn brackets(line: &str) -> isize {
    let of = |letters: [char; 2]| line.matches(letters).count().cast_signed();
    of(['[', '{']) - of([']', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"
[package]
name = "sample" # its name
description = "a # is no comment here"

[dependencies]
one.workspace = true
two = { package = "real-two", version = "1", features = [
  "three",
] }
four = "1"

[target.'cfg(unix)'.dev-dependencies]
five = "1"

[build-dependencies.six]
version = "1"
package = "real-six"
"#;

    #[test]
    fn dependencies_are_told_by_real_name_kind_and_line() {
        use DependencyKind::{Build, Dev, Normal};
        let manifest = Manifest::parse("crates/sample/Cargo.toml", SAMPLE);
        let found: Vec<_> =
            manifest.dependencies().iter().map(|each| (each.name, each.kind, each.line)).collect();
        let wanted = [
            ("one", Normal, 7),
            ("real-two", Normal, 8),
            ("four", Normal, 11),
            ("five", Dev, 14),
            ("real-six", Build, 16),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn values_are_as_written() {
        let manifest = Manifest::parse("crates/sample/Cargo.toml", SAMPLE);
        assert_eq!(manifest.name(), Some("sample"));
        assert_eq!(manifest.folder(), "crates/sample");
        assert_eq!(manifest.value("package", "description"), Some("\"a # is no comment here\""));
        assert_eq!(manifest.value("package", "missing"), None);
    }
}
