//! What was probably meant by a command line that is not understood.

/// An example of what to write instead, for slips that clap's own words don't explain.
pub fn hint(words: &[String]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let has = |option: &str| words.iter().any(|word| word.split('=').next() == Some(option));
    match words.iter().find(|word| !word.starts_with('-'))? {
        verb @ (&"buy" | &"sell") => {
            if let Some(size) = size_in_two(&words) {
                return Some(format!("write the size as one word: {size}"));
            }
            if STOPS.iter().any(|option| has(option)) {
                return Some(format!(
                    "{verb} places limit and market orders; stops and take profits go by `lmex api`: {STOP}"
                ));
            }
            let is_open = !has("--limit") && !has("--market");
            is_open.then(|| {
                format!("name a price, or take the market's: lmex {verb} BTC-PERP 100ct --limit 60000, or lmex {verb} BTC-PERP 100ct --market")
            })
        }
        &"cancel" if words.last() == Some(&"--all") => {
            Some("name the market: lmex cancel --all BTC-PERP".to_owned())
        }
        &"cancel" if !has("--all") => Some(
            "name an order as `lmex orders` shows it, or cancel all of a market: lmex cancel --all BTC-PERP"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Options by which people look for orders that wait for a price.
const STOPS: [&str; 12] = [
    "--stop",
    "--stop-loss",
    "--stop-price",
    "--stop-limit",
    "--sl",
    "--tp",
    "--take-profit",
    "--trigger",
    "--trigger-price",
    "--trail",
    "--trailing",
    "--oco",
];

const STOP: &str = r#"lmex api POST /api/v2.3/order --body '{"symbol":"BTC-PERP","side":"SELL","type":"MARKET","txType":"STOP","triggerPrice":50000,"size":100,"reduceOnly":true}'"#;

/// `100 USDT`, as one would say it, in one word.
fn size_in_two(words: &[&str]) -> Option<String> {
    words.windows(2).find_map(|pair| {
        let &[number, unit] = pair else { return None };
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let is_unit = !unit.is_empty() && unit.bytes().all(|b| b.is_ascii_alphabetic());
        (is_number && is_unit).then(|| format!("{number}{}", unit.to_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_what_is_right() {
        for (line, said) in [
            ("buy BTC-PERP 100 USDT --market", Some("one word: 100usdt")),
            ("--json sell BTC-PERP 0.5 btc --market", Some("one word: 0.5btc")),
            ("sell BTC-PERP 100ct --stop 50000", Some("\"txType\":\"STOP\"")),
            ("buy BTC-PERP 100ct --sl=50000 --market", Some("lmex api POST /api/v2.3/order")),
            ("buy BTC-PERP 100ct", Some("lmex buy BTC-PERP 100ct --market")),
            ("sell BTC-PERP 100ct", Some("lmex sell BTC-PERP 100ct --limit 60000")),
            ("cancel --all", Some("lmex cancel --all BTC-PERP")),
            ("cancel", Some("lmex cancel --all BTC-PERP")),
            ("cancel --all=x/y", None),
            ("buy BTC-PERP 100ct --limit=sixty", None),
            ("price", None),
            ("--json", None),
        ] {
            let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
            let hint = hint(&words);
            assert_eq!(hint.is_some(), said.is_some(), "{line}: {hint:?}");
            assert!(hint.unwrap_or_default().contains(said.unwrap_or_default()), "{line}");
        }
    }
}
