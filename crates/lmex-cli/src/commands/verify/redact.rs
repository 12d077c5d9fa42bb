//! What a report must not hold.

use lmex::Credentials;
use serde_json::Value;

/// Fields that say whose account it is, or what is in it.
const PRIVATE: [&str; 8] = [
    "username",
    "userId",
    "apiKey",
    "subAccount",
    "walletName",
    "activeWalletName",
    "wallet",
    "avgFilledBalance",
];
/// More of an answer than this is cut off.
const LONGEST: usize = 2_000;

/// Takes out key, signatures and account.
pub(super) struct Redactor {
    key: String,
}

impl Redactor {
    pub(super) fn new(credentials: &Credentials) -> Self {
        Self { key: credentials.key().to_owned() }
    }

    /// Text that may be shown to everybody.
    pub(super) fn text(&self, text: &str) -> String {
        let shown = match serde_json::from_str::<Value>(text) {
            Ok(mut value) => {
                hide(&mut value);
                value.to_string()
            }
            Err(_) => text.to_owned(),
        };
        let shown = shown.replace(&self.key, "<key>");
        match shown.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &shown[..end]),
            None => shown,
        }
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(hide),
        Value::Object(members) => {
            for (name, value) in members {
                if PRIVATE.contains(&name.as_str()) && !value.is_null() {
                    *value = Value::from("<private>");
                } else {
                    hide(value);
                }
            }
        }
        // Nothing that an exchange says is as long as a signature and hexadecimal.
        Value::String(text) if text.len() >= 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            *text = "<hidden>".to_owned();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_key_nor_signature_nor_account_is_shown() {
        let redactor = Redactor { key: "my-key".to_owned() };
        let signature = "ab".repeat(48);
        let text = format!(
            r#"[{{"username":"me","text":"my-key","sign":"{signature}","inner":{{"wallet":"CROSS@"}}}}]"#
        );
        let shown = redactor.text(&text);
        for hidden in ["\"me\"", "my-key", &signature, "CROSS@"] {
            assert!(!shown.contains(hidden), "{hidden}: {shown}");
        }
        assert_eq!(redactor.text("<html>my-key"), "<html><key>");
        assert!(redactor.text(&"é".repeat(5_000)).chars().count() <= LONGEST + 1);
    }
}
