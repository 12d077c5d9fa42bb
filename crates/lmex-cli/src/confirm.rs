//! The question before real money moves.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use lmex::{Decimal, Environment};

use crate::error::CliError;

/// Above this notional a live order is refused, unless `LMEX_MAX_NOTIONAL` says otherwise (USDT).
const DEFAULT_MAX_NOTIONAL: i64 = 100;

/// On live: refuses what is too large, then asks. Elsewhere nothing is asked, since the money is play money.
pub fn live_order(
    environment: Environment,
    what: &str,
    notional: Option<Decimal>,
    yes: bool,
) -> Result<(), CliError> {
    if environment != Environment::Live {
        return Ok(());
    }
    check_notional(notional, max_notional()?)?;
    ask(&format!("LIVE, real money: {what}"), yes)
}

/// Asks on the terminal; without one, `--yes` is needed.
pub fn ask(question: &str, yes: bool) -> Result<(), CliError> {
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "{question}");
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(CliError::new("declined", "nothing was sent: there is no terminal to ask on")
            .hint("give --yes if you mean it"));
    }
    let _ = write!(stderr, "Type yes to send it: ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && answer.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    Err(CliError::new("declined", "nothing was sent"))
}

fn max_notional() -> Result<Decimal, CliError> {
    match std::env::var("LMEX_MAX_NOTIONAL") {
        Err(_) => Ok(DEFAULT_MAX_NOTIONAL.into()),
        Ok(text) => text.parse().map_err(|_| {
            CliError::new(
                "config",
                format!("LMEX_MAX_NOTIONAL {text:?} is not a number: write USDT, such as 250"),
            )
        }),
    }
}

fn check_notional(notional: Option<Decimal>, max: Decimal) -> Result<(), CliError> {
    let too_large = |shown: String| {
        Err(CliError::new(
            "declined",
            format!("nothing was sent: {shown} the cap of {max} USDT for a live order"),
        )
        .hint("raise LMEX_MAX_NOTIONAL if you mean it"))
    };
    match notional {
        Some(notional) if notional <= max => Ok(()),
        Some(notional) => too_large(format!("notional {notional} is above")),
        None => too_large("the notional is not known, so it can't be held against".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_counts_and_an_unknown_notional_is_above_it() {
        assert!(check_notional(Some(100.into()), 100.into()).is_ok());
        assert!(
            check_notional(Some(101.into()), 100.into())
                .unwrap_err()
                .message
                .contains("above the cap of 100 USDT")
        );
        assert!(check_notional(None, 100.into()).is_err());
    }

    #[test]
    fn play_money_is_not_asked_about() {
        assert!(live_order(Environment::Local, "buy", None, false).is_ok());
        assert!(live_order(Environment::Testnet, "buy", None, false).is_ok());
    }
}
