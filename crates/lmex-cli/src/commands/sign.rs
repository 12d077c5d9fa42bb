//! `lmex sign`: what is signed, and the signature.

use clap::Args;
use lmex_api::{Method, Signer};
use serde::Serialize;

use super::api::method;
use crate::args::Global;
use crate::context;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

#[derive(Debug, Args)]
pub struct Sign {
    /// GET, POST, PUT or DELETE. Not part of what is signed.
    #[arg(value_parser = method)]
    pub method: Method,
    /// Such as /api/v2.3/order, or /ws/futures for a stream login.
    #[arg(value_parser = signed_path)]
    pub path: String,
    /// Milliseconds since 1970, as sent in request-nonce.
    #[arg(long, value_parser = nonce)]
    pub nonce: String,
    /// The exact body that is sent.
    #[arg(long, default_value = "")]
    pub body: String,
}

#[derive(Serialize)]
struct Signed {
    message: String,
    signature: String,
}

pub fn run(args: &Sign, global: &Global, output: &Output) -> Result<(), CliError> {
    let path = args.path.as_str();
    let credentials = context::key(global, output)?;
    output.note(&format!("{}: key {} ({})", global.env, credentials.key_shown(), credentials.source()));
    let signature = Signer::new(credentials.secret().expose().as_bytes()).sign_request(
        path,
        &args.nonce,
        args.body.as_bytes(),
    );
    let signed =
        Signed { message: format!("{path}{}{}", args.nonce, args.body), signature: signature.to_string() };
    if output.format == Format::People {
        return output.text(&format!("message    {}\nsignature  {}\n", signed.message, signed.signature));
    }
    output.print(&signed, || {
        let mut table = Table::new("nothing", &[("message", Align::Left), ("signature", Align::Left)]);
        table.row([&signed.message, &signed.signature]);
        table
    })
}

/// What can stand in a signature. Clients that sign anything else are refused by the exchange, so it is told here.
fn signed_path(text: &str) -> Result<String, String> {
    let bare = text.split(['?', '#']).next().unwrap_or(text);
    let bare = ["/futures", "/spot"]
        .iter()
        .find_map(|prefix| bare.strip_prefix(prefix).filter(|rest| rest.starts_with("/api/")))
        .unwrap_or(bare);
    if !bare.starts_with("/api/") && !bare.starts_with("/ws/") {
        return Err("what is signed begins with /api/ (or /ws/ for a stream login), without scheme and host"
            .to_owned());
    }
    if !bare.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(
            "a path has no spaces and no characters beyond ASCII: encode them as they are sent".to_owned()
        );
    }
    if bare != text {
        return Err(format!("neither the product prefix nor the query is signed: give {bare}"));
    }
    Ok(text.to_owned())
}

fn nonce(text: &str) -> Result<String, String> {
    match text.parse::<u64>() {
        Ok(_) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(text.to_owned()),
        _ => Err("a nonce is milliseconds since 1970 in digits, such as 1624985375123".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_sent_can_be_signed() {
        assert_eq!(signed_path("/ws/futures").as_deref(), Ok("/ws/futures"));
        assert_eq!(
            signed_path("/spot/api/v3.2/order?a=1").unwrap_err().split(' ').next_back(),
            Some("/api/v3.2/order")
        );
        assert!(signed_path("/api/v2.3/user wallet").unwrap_err().contains("no spaces"));
        for path in ["", "/", "/futures", "/futures/ws/x", " /api/v2.3/order", "/apix/order"] {
            assert!(signed_path(path).unwrap_err().contains("begins with /api/"), "{path:?}");
        }
        for text in ["", "-1", "+1", "1.5", "1e3", "٣", "99999999999999999999"] {
            assert!(nonce(text).is_err(), "{text:?}");
        }
        assert_eq!(nonce("1624985375123").as_deref(), Ok("1624985375123"));
    }
}
