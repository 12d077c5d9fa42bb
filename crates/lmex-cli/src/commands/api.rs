//! `lmex api`: any request, signed, sent once.

use clap::Args;
use lmex::Environment;
use lmex_api::{ApiError, Method, Request};

use super::time::millis;
use super::{dry_run, sent, within};
use crate::confirm;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Format, Output};

#[derive(Debug, Args)]
pub struct Api {
    /// GET, POST, PUT or DELETE.
    #[arg(value_parser = method)]
    pub method: Method,
    /// Such as /api/v2.3/user/positions; /spot/api/… for the spot API.
    pub path: String,
    /// A query parameter, as name=value; repeat it for more.
    #[arg(long, value_parser = parameter, value_name = "NAME=VALUE")]
    pub query: Vec<(String, String)>,
    /// The JSON body, sent byte for byte.
    #[arg(long)]
    pub body: Option<String>,
    /// Don't sign: public calls need no key.
    #[arg(long)]
    pub public: bool,
    /// Show what would be sent, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Don't ask before real money moves (on live).
    #[arg(long)]
    pub yes: bool,
}

pub async fn run(args: &Api, context: &Context, output: &Output) -> Result<(), CliError> {
    let has_dots = args.path.split('/').any(|part| matches!(part, "." | ".."));
    if !args.path.starts_with('/') || has_dots || args.path.contains(['?', '#', ' ']) {
        let text = "must begin with / and have neither spaces nor dots for folders nor a query";
        let error = CliError::new("invalid", format!("path {:?} {text}", args.path));
        return Err(match args.path.contains('?') {
            true => error.hint("pass parameters with --query name=value"),
            false => error.hint("write it as LMEX's documents do, such as /api/v2.3/price"),
        });
    }
    let body = args.body.clone().unwrap_or_default();
    let request = Request::custom(args.method, &args.path, &args.query, body.into_bytes(), !args.public);
    if args.dry_run {
        let what = format!("{} {}", args.method, request.target());
        return dry_run::show_request(&request, &what, None, context, output);
    }
    let client = if args.public { context.client()? } else { context.signed_client()? };
    if context.environment == Environment::Live && args.method != Method::Get {
        confirm::ask(
            &format!(
                "LIVE, real money: {} {} {}",
                args.method,
                request.target(),
                args.body.as_deref().unwrap_or_default()
            ),
            args.yes,
        )?;
    }
    let reply = if args.method == Method::Get {
        within(async { Ok(client.send_raw(&request).await?) }).await?
    } else {
        let what = format!("{} {}", args.method, request.target());
        sent(&what, NEXT, client.send_raw(&request)).await?
    };
    output.note(&format!("HTTP {} in {:.1} ms", reply.status, millis(reply.latency)));
    if !reply.status.is_success() {
        let error = ApiError::from_answer(reply.status.as_u16(), &reply.headers, &reply.data);
        // The error says what matters of it, whether or not somebody reads the whole.
        let _ = output.text(&format!("{}\n", String::from_utf8_lossy(&reply.data)));
        return Err(refused(&request, error));
    }
    output.text(&format!("{}\n", shown(&reply.data, output.format)))
}

const NEXT: &str = "`lmex orders` and `lmex positions` show what became of it";

/// A gateway's error does not say that a change did not happen.
fn refused(request: &Request, error: ApiError) -> CliError {
    if request.method() == Method::Get || error.is_definite() {
        return lmex::Error::Api(error).into();
    }
    let what = format!("{} {}", request.method(), request.target());
    CliError::new("unknown", format!("{what} may or may not have happened: {error}"))
        .hint(format!("it was not sent again. {NEXT}"))
}

/// Indented for people, as it came for programs.
fn shown(body: &[u8], format: Format) -> String {
    let as_it_came = || String::from_utf8_lossy(body).into_owned();
    if format != Format::People {
        return as_it_came();
    }
    let parsed: Result<&serde_json::value::RawValue, _> = serde_json::from_slice(body);
    parsed.map_or_else(|_| as_it_came(), |json| indented(json.get()))
}

/// Line breaks and indentation only: numbers keep every digit they came with.
fn indented(json: &str) -> String {
    let (mut text, mut depth, mut quoted, mut escaped) =
        (String::with_capacity(json.len() * 2), 0_usize, false, false);
    let mut characters = json.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).peekable();
    while let Some(c) = characters.next() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            text.push(c);
            continue;
        }
        match c {
            '"' => {
                quoted = true;
                text.push(c);
            }
            '{' | '[' if matches!(characters.peek(), Some('}' | ']')) => text.push(c),
            '{' | '[' => {
                depth += 1;
                text.push(c);
                new_line(&mut text, depth);
            }
            '}' | ']' if text.ends_with(['{', '[']) => text.push(c),
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut text, depth);
                text.push(c);
            }
            ',' => {
                text.push(c);
                new_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            ' ' => {}
            _ => text.push(c),
        }
    }
    text
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
}

pub fn method(text: &str) -> Result<Method, String> {
    [Method::Get, Method::Post, Method::Put, Method::Delete]
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| format!("method {text:?} is not known: use GET, POST, PUT or DELETE"))
}

fn parameter(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("parameter {text:?} has no value: write name=value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_keeps_digits_and_strings() {
        let json = r#"{"a":[1.10,{"b":"x, {y} \" z:"}],"c":[],"d":{}}"#;
        let expected = "{\n  \"a\": [\n    1.10,\n    {\n      \"b\": \"x, {y} \\\" z:\"\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}";
        assert_eq!(indented(json), expected);
    }
}
