//! What a wrong signature was made of: the usual mistakes are tried, and the one that fits is named.

use std::borrow::Cow;

use lmex_api::Signer;

/// A request whose signature does not fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused<'a> {
    /// The path that should have been signed, such as `/api/v2.3/order`.
    pub(super) path: &'a str,
    /// The path of the request line, such as `/futures/api/v2.3/order`.
    pub(super) full_path: &'a str,
    /// The query without `?`; empty if there is none.
    pub(super) query: &'a str,
    pub(super) nonce: &'a str,
    pub(super) body: &'a [u8],
    pub(super) signature: &'a str,
}

/// What went wrong, as advice; `None` when none of the usual mistakes fits.
pub(super) fn name(signer: &Signer, refused: &Refused<'_>) -> Option<String> {
    if let Some(advice) = wrong_digest(refused.signature) {
        return Some(advice);
    }
    let signed = |path: &str, body: &[u8]| signer.verify(path, refused.nonce, body, refused.signature);
    paths(refused).into_iter().find(|(path, _)| signed(path, refused.body)).map(|(_, advice)| advice).or_else(
        || {
            let all_paths =
                std::iter::once(Cow::Borrowed(refused.path)).chain(paths(refused).into_iter().map(|p| p.0));
            all_paths.into_iter().find_map(|path| {
                bodies(refused.body)
                    .into_iter()
                    .find(|(body, _)| signed(&path, body))
                    .map(|(_, advice)| advice.to_owned())
            })
        },
    )
}

fn wrong_digest(signature: &str) -> Option<String> {
    let digits = signature.len();
    let is_hex = !signature.is_empty() && signature.bytes().all(|b| b.is_ascii_hexdigit());
    Some(match digits {
        _ if !is_hex => {
            "the signature is not hex: write the 48 bytes of HMAC-SHA384 as 96 hex digits".to_owned()
        }
        64 => "64 hex digits are HMAC-SHA256: use HMAC-SHA384, which gives 96".to_owned(),
        128 => "128 hex digits are HMAC-SHA512: use HMAC-SHA384, which gives 96".to_owned(),
        96 => return None,
        _ => format!("{digits} hex digits are not HMAC-SHA384, which gives 96"),
    })
}

/// Paths that are signed by mistake.
fn paths<'a>(refused: &Refused<'a>) -> Vec<(Cow<'a, str>, String)> {
    let Refused { path, full_path, query, .. } = *refused;
    let with_query = |path: &str| Cow::Owned(format!("{path}?{query}"));
    let bare = path.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).unwrap_or_default();
    let mut paths = Vec::new();
    if full_path != path {
        paths.push((
            Cow::Borrowed(full_path),
            format!("you signed {full_path}: leave out the product, sign {path}"),
        ));
    }
    if !query.is_empty() {
        paths.push((with_query(path), format!("you signed the query string: sign {path} alone")));
        let advice = format!("you signed the product and the query string: sign {path} alone");
        paths.push((with_query(full_path), advice));
    }
    paths.push((Cow::Owned(bare.clone()), format!("you signed {bare}: sign the whole path {path}")));
    paths
}

/// Bodies that are signed by mistake.
fn bodies(sent: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    if sent.is_empty() {
        return vec![(b"{}".to_vec(), "you signed the body {}, but sent none: sign path and nonce alone")];
    }
    let rewritten = "you signed the body in another spelling than you sent: sign the very bytes that leave";
    vec![
        (Vec::new(), "you left out the body: sign path, nonce and the body's exact bytes"),
        (respaced(sent, b""), rewritten),
        (respaced(sent, b" "), rewritten),
    ]
}

/// JSON with `space` after each comma and colon, and no other outside of texts.
fn respaced(json: &[u8], space: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let (mut in_text, mut escaped) = (false, false);
    for &byte in json {
        if in_text {
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            in_text = byte == b'"';
        }
        out.push(byte);
        if !in_text && matches!(byte, b',' | b':') {
            out.extend_from_slice(space);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_changed_outside_of_texts_only() {
        let sent = br#"{"a": "x, \"y: z", "b":[1 , 2]}"#;
        assert_eq!(respaced(sent, b""), br#"{"a":"x, \"y: z","b":[1,2]}"#);
        assert_eq!(respaced(sent, b" "), br#"{"a": "x, \"y: z", "b": [1, 2]}"#);
    }

    #[test]
    fn every_usual_mistake_is_named() {
        let signer = Signer::new(b"secret");
        let (path, full_path, query) = ("/api/v2.3/order", "/futures/api/v2.3/order", "symbol=BTC-PERP");
        let body: &[u8] = br#"{"symbol":"BTC-PERP","size":1}"#;
        let spaced: &[u8] = br#"{"symbol": "BTC-PERP", "size": 1}"#;
        for (signed_path, signed_body, sent, expected) in [
            (full_path, body, body, "leave out the product"),
            ("/api/v2.3/order?symbol=BTC-PERP", b"".as_slice(), b"".as_slice(), "the query string"),
            ("/futures/api/v2.3/order?symbol=BTC-PERP", b"", b"", "the product and the query string"),
            ("/order", body, body, "you signed /order: sign the whole path /api/v2.3/order"),
            (path, b"", body, "left out the body"),
            (path, spaced, body, "another spelling"),
            (path, body, spaced, "another spelling"),
            (path, b"{}", b"", "but sent none"),
            ("/order", b"", body, "left out the body"),
        ] {
            let signature = signer.sign_request(signed_path, "1", signed_body);
            let refused =
                Refused { path, full_path, query, nonce: "1", body: sent, signature: signature.as_str() };
            let named = name(&signer, &refused).unwrap();
            assert!(named.contains(expected), "{signed_path}: {named}");
        }
    }

    #[test]
    fn other_digests_are_known_by_their_length() {
        let signer = Signer::new(b"secret");
        let (path, body) = ("/api/v2.3/order", b"".as_slice());
        for (signature, expected) in [
            ("ab".repeat(32), "SHA256"),
            ("ab".repeat(64), "SHA512"),
            ("ab".repeat(20), "40 hex digits"),
            ("q83vEjRWeJA=".to_owned(), "not hex"),
            (String::new(), "not hex"),
        ] {
            let refused =
                Refused { path, full_path: path, query: "", nonce: "1", body, signature: &signature };
            assert!(name(&signer, &refused).unwrap().contains(expected));
        }
        let wrong_secret = Signer::new(b"other").sign_request(path, "1", b"");
        let refused =
            Refused { path, full_path: path, query: "", nonce: "1", body, signature: wrong_secret.as_str() };
        assert_eq!(name(&signer, &refused), None);
    }
}
