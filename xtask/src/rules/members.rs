//! What each crate of the workspace says about itself.

use crate::finding::{Finding, Rule};
use crate::house::House;
use crate::manifest::Manifest;
use crate::rust_text::words;

static ROOT_DOC: Rule = Rule {
    name: "crate-doc",
    reason: "a crate's first line says what it decides and what it never does; a reader starts there",
};
static MANIFEST: Rule = Rule {
    name: "manifest",
    reason: "every crate is described, held to the same lints, and published by decision only",
};
static IN_ARCHITECTURE: Rule = Rule {
    name: "on-the-map",
    reason: "a crate that is missing from ARCHITECTURE.md is found only by accident",
};

pub(crate) fn check(house: &House) -> Vec<Finding> {
    house.members().iter().flat_map(|member| check_member(house, member)).collect()
}

fn check_member(house: &House, member: &Manifest<'_>) -> Vec<Finding> {
    let mut found = manifest_faults(member);
    found.extend(["src/lib.rs", "src/main.rs"].iter().filter_map(|root| undocumented(house, member, root)));
    found.extend(off_the_map(house, member));
    found
}

fn manifest_faults(member: &Manifest<'_>) -> Vec<Finding> {
    let said = |table: &str, key: &str| member.value(table, key);
    let described = said("package", "description").is_some_and(|text| text.trim_matches('"').len() > 1);
    let linted = said("lints", "workspace") == Some("true");
    let private =
        said("package", "publish.workspace") == Some("true") || said("package", "publish") == Some("false");
    let faults = [
        (described, "no `description` in [package]: say in one line what the crate is for"),
        (linted, "no `workspace = true` in [lints]"),
        (private, "no `publish.workspace = true` in [package]"),
    ];
    let missing = faults.into_iter().filter(|(holds, _)| !holds);
    missing.map(|(_, what)| Finding::new(member.path, 1, &MANIFEST, what)).collect()
}

fn undocumented(house: &House, member: &Manifest<'_>, root: &str) -> Option<Finding> {
    let path = format!("{}/{root}", member.folder());
    let text = house.file(&path)?.text.as_deref().unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let what = "the file doesn't begin with a `//!` sentence";
    (!first.starts_with("//! ") || first.len() < 16).then(|| Finding::new(&path, 1, &ROOT_DOC, what))
}

fn off_the_map(house: &House, member: &Manifest<'_>) -> Option<Finding> {
    let map = house.file("ARCHITECTURE.md")?.text.as_deref()?;
    let name = member.name()?;
    // Hyphens are part of a crate's name: `lmex` is not found in `lmex-api`.
    let joined = map.replace('-', "_");
    let wanted = name.replace('-', "_");
    let is_named = words(&joined).any(|(_, word)| word == wanted);
    (!is_named).then(|| {
        Finding::new(member.path, 1, &IN_ARCHITECTURE, format!("`{name}` is not in ARCHITECTURE.md"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"lmex\"\ndescription = \"The SDK.\"\npublish.workspace = true\n\
                        [lints]\nworkspace = true\n";

    fn rules(manifest: &str, root: &str, map: &str) -> Vec<&'static str> {
        let house = House::of(&[
            ("crates/lmex/Cargo.toml", manifest),
            ("crates/lmex/src/lib.rs", root),
            ("ARCHITECTURE.md", map),
        ]);
        check(&house).iter().map(|finding| finding.rule.name).collect()
    }

    const DOC: &str = "//! Talks to LMEX.\n";

    #[test]
    fn a_crate_that_says_all_is_fine() {
        assert_eq!(rules(GOOD, DOC, "`lmex` is the SDK"), [""; 0]);
    }

    #[test]
    fn what_a_manifest_leaves_out_is_found() {
        for line in
            ["description = \"The SDK.\"\n", "publish.workspace = true\n", "[lints]\nworkspace = true\n"]
        {
            assert_eq!(rules(&GOOD.replace(line, ""), DOC, "lmex"), ["manifest"], "{line}");
        }
    }

    #[test]
    fn a_root_without_a_sentence_is_found() {
        for root in ["", "mod a;\n", "//!\n", "//! Empty.\n"] {
            assert_eq!(rules(GOOD, root, "lmex"), ["crate-doc"], "{root}");
        }
    }

    #[test]
    fn a_crate_off_the_map_is_found() {
        assert_eq!(rules(GOOD, DOC, "only lmex-api is here"), ["on-the-map"]);
    }
}
