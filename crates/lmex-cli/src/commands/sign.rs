//! `lmex sign`: what is signed, and the signature.

use clap::Args;
use lmex_api::Signer;
use serde::Serialize;

use crate::args::Global;
use crate::context;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

#[derive(Debug, Args)]
pub struct Sign {
    /// GET, POST, PUT or DELETE. Not part of what is signed.
    pub method: String,
    /// Such as /api/v2.3/order, or /ws/futures for a stream login.
    pub path: String,
    /// Milliseconds since 1970, as sent in request-nonce.
    #[arg(long)]
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
    let path = signed_path(&args.path, output);
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

/// Neither the product prefix nor the query is signed; whoever passes them is told.
fn signed_path<'a>(path: &'a str, output: &Output) -> &'a str {
    let bare = path.split('?').next().unwrap_or(path);
    let bare = ["/futures/api", "/spot/api"]
        .iter()
        .find(|prefix| bare.starts_with(**prefix))
        .map_or(bare, |prefix| &bare[prefix.len() - 4..]);
    if bare != path {
        output.note(&format!("signed is {bare}: without the product prefix and without the query"));
    }
    bare
}
