//! Links between the project's own files lead somewhere.

use crate::finding::{Finding, Rule};
use crate::house::{File, House};

static LINK: Rule =
    Rule { name: "broken-link", reason: "a link that leads nowhere costs the reader's trust in the rest" };

pub(crate) fn check(house: &House) -> Vec<Finding> {
    let pages = house.texts().filter(|(file, _)| file.path.ends_with(".md"));
    pages.flat_map(|(file, text)| check_page(house, file, text)).collect()
}

fn check_page(house: &House, file: &File, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let broken = targets(line).into_iter().filter(|target| !resolves(house, &file.path, target));
        found.extend(broken.map(|target| {
            let what = format!("`{target}` is not a file of this repository");
            Finding::new(&file.path, index + 1, &LINK, what)
        }));
    }
    found
}

/// Where the links of a line point to: inline links, images and `[name]: target` definitions.
fn targets(line: &str) -> Vec<String> {
    let line = without_code(line);
    let definition = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]:"));
    let defined = definition.filter(|(name, _)| !name.contains(']')).map(|(_, target)| target);
    let inline = line.match_indices("](").map(|(at, open)| {
        let rest = &line[at + open.len()..];
        rest.split(')').next().unwrap_or(rest)
    });
    // What follows the target is a title.
    let bare =
        |target: &str| target.split_whitespace().next().unwrap_or("").trim_matches(['<', '>']).to_owned();
    inline.chain(defined).map(bare).collect()
}

/// The line with its `code spans` blanked.
fn without_code(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let last = parts.len() - 1;
    let keep = |(index, part): (usize, &&str)| {
        if index % 2 == 0 || index == last { (*part).to_owned() } else { String::new() }
    };
    parts.iter().enumerate().map(keep).collect()
}

fn resolves(house: &House, page: &str, target: &str) -> bool {
    let is_elsewhere = target.contains("://") || target.starts_with("mailto:") || target.starts_with('#');
    if is_elsewhere {
        return true;
    }
    let path = target.split(['#', '?']).next().unwrap_or_default().replace("%20", " ");
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let full = match path.strip_prefix('/') {
        Some(from_root) => join("", from_root),
        None => join(folder, &path),
    };
    full.is_some_and(|full| exists(house, &full))
}

/// The path from the workspace root; `None` where it leaves the workspace.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// A file, or a folder that holds one.
fn exists(house: &House, path: &str) -> bool {
    let folder = format!("{path}/");
    path.is_empty() || house.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::places;

    fn found(text: &str) -> Vec<String> {
        places(&check(&House::of(&[("docs/page.md", text), ("docs/next.md", ""), ("README.md", "")])))
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        for text in [
            "[next](next.md)",
            "[next](next.md#part \"title\") and [up](../README.md)",
            "[root](/README.md), [folder](../docs/), [here](#part), [far](https://example.com/x.md)",
            "[next]: ./next.md",
            "`[code](gone.md)`",
            "```\n[code](gone.md)\n```",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        for text in [
            "[a](gone.md)",
            "![a](gone.png)",
            "[a]: gone.md",
            "[a](../../outside.md)",
            "[b](next.md) [a](/docs/gone)",
        ] {
            assert_eq!(found(text), ["docs/page.md:1"], "{text}");
        }
        assert_eq!(found("```\n```\n[a](gone.md)"), ["docs/page.md:3"]);
    }
}
