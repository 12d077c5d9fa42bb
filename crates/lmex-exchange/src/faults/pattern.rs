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

/// Whether some text fits both patterns.
pub(super) fn meet(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    // Whether what is left of `one` meets what is left of `other`, by how much of `other` is left.
    let mut after: Vec<bool> = vec![false; other.len() + 1];
    for left in 0..=one.len() {
        let mut now = vec![false; other.len() + 1];
        for rest in 0..=other.len() {
            let first = one.len().checked_sub(left).and_then(|at| one.get(at));
            let second = other.len().checked_sub(rest).and_then(|at| other.get(at));
            let shorter =
                |row: &[bool], by: usize| rest.checked_sub(by).and_then(|at| row.get(at)) == Some(&true);
            let meets = match (first, second) {
                (None, None) => true,
                (Some(b'*'), _) => shorter(&after, 0) || shorter(&now, 1),
                (_, Some(b'*')) => shorter(&now, 1) || (left > 0 && shorter(&after, 0)),
                (Some(a), Some(b)) => a == b && shorter(&after, 1),
                _ => false,
            };
            if let Some(cell) = now.get_mut(rest) {
                *cell = meets;
            }
        }
        after = now;
    }
    after.last() == Some(&true)
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
    fn two_patterns_meet_where_a_text_fits_both() {
        for (one, other) in [
            ("", ""),
            ("*", ""),
            ("*", "*"),
            ("a*", "*b"),
            ("update:BTC-*", "update:*-*_0"),
            ("*_0", "update:*-*_0"),
            ("update:BTC-PERP_0", "update:*-*_0"),
            ("a*b*c", "*bb*"),
        ] {
            assert!(meet(one, other) && meet(other, one), "{one} {other}");
        }
        for (one, other) in
            [("a", ""), ("a*", "b*"), ("*a", "*b"), ("update:_0", "update:*-*_0"), ("nonsense", "update:*-*")]
        {
            assert!(!meet(one, other) && !meet(other, one), "{one} {other}");
        }
    }

    #[test]
    fn a_path_has_three_spellings() {
        let all: Vec<_> = spellings("/futures/api/v2.3/order").collect();
        assert_eq!(all, ["/futures/api/v2.3/order", "/api/v2.3/order", "/order"]);
        assert_eq!(spellings("/ws/futures").collect::<Vec<_>>(), ["/ws/futures", "/ws/futures"]);
    }
}
