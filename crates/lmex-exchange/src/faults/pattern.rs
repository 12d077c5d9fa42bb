//! Names with `*` in them.

/// Whether a text fits a pattern, in which `*` stands for any number of any characters.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, mut rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    while let Some((middle, after)) = rest.split_once('*') {
        let Some(at) = text.find(middle) else { return false };
        text = text.get(at + middle.len()..).unwrap_or_default();
        rest = after;
    }
    text.ends_with(rest)
}

/// A path in the spellings that people use for it: as it is sent, as it is signed, and without product and version.
pub(super) fn spellings(path: &str) -> impl Iterator<Item = &str> {
    let signed = crate::auth::signed_path(path);
    let short = signed.strip_prefix("/api/v").and_then(|rest| rest.find('/').and_then(|at| rest.get(at..)));
    [Some(path), Some(signed), short].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text) in [
            ("/order", "/order"),
            ("*", ""),
            ("*", "anything"),
            ("/order*", "/order/peg"),
            ("update:*_0", "update:BTC-PERP_0"),
            ("*a*b*", "xxaxxbxx"),
            ("a*a", "aa"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("/order", "/order/peg"), ("", "a"), ("a*a", "a"), ("*b*a", "ab"), ("a*", "ba")]
        {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_path_has_three_spellings() {
        let all: Vec<_> = spellings("/futures/api/v2.3/order").collect();
        assert_eq!(all, ["/futures/api/v2.3/order", "/api/v2.3/order", "/order"]);
        assert_eq!(spellings("/ws/futures").collect::<Vec<_>>(), ["/ws/futures", "/ws/futures"]);
    }
}
