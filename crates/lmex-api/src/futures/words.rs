//! The words of requests: closed lists, spelt as LMEX spells them and read in any letter case.

use std::fmt;
use std::str::FromStr;

use lmex_types::OrderType;

/// A word that LMEX's document does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {word:?} is not known: use {}{}", expected.join(", "), self.advice())]
pub struct UnknownWord {
    field: &'static str,
    word: String,
    expected: &'static [&'static str],
}

impl UnknownWord {
    /// Where the word belongs that other venues, or the older versions of this one, have in this field.
    fn advice(&self) -> &'static str {
        match (self.field, self.word.to_ascii_uppercase().as_str()) {
            ("type", "STOP" | "STOP_MARKET" | "STOP_LIMIT" | "STOP_LOSS") => {
                "; a stop is one of the first two with txType STOP and a triggerPrice"
            }
            ("type", "TRIGGER" | "TAKE_PROFIT" | "TAKE_PROFIT_MARKET" | "TAKE_PROFIT_LIMIT") => {
                "; an order that waits for a price is one of the first two with txType TRIGGER and a triggerPrice"
            }
            ("type", "TRAILING_STOP" | "TRAILING_STOP_MARKET") => {
                "; a trailing stop is MARKET with txType STOP and a trailValue"
            }
            ("txType", "MARKET" | "OCO") => "; this word is for type",
            _ => "",
        }
    }
}

/// An enum whose values are the words of a field.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $field:literal: $($(#[$about:meta])* $value:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$about])* $value,)+
        }

        impl $name {
            /// All values, in the order of the document.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// The word LMEX uses.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|value| value.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
                    UnknownWord { field: $field, word: text.chars().take(64).collect(), expected: &[$($word),+] }
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What a new order is: the `type` of `POST /order`. Unlike [`OrderType`] it can be a pair.
    OrderForm, "type":
    /// Trades at its price or better.
    Limit = "LIMIT",
    /// Trades at the best prices there are, now.
    Market = "MARKET",
    /// One cancels the other: a limit order and a stop order. What happens to one ends the other.
    Oco = "OCO",
}

words! {
    /// When a new order becomes live: the `txType` of `POST /order`. The document does not say how `STOP` and `TRIGGER`
    /// differ; the directions given here are the usual ones, not observed.
    TxType, "txType":
    /// At once. What an order is that says nothing.
    Limit = "LIMIT",
    /// When the price runs away: a buy when it rises to the trigger price, a sell when it falls to it.
    Stop = "STOP",
    /// When the price comes to the trigger price from wherever it is.
    Trigger = "TRIGGER",
}

words! {
    /// Which price a trigger looks at.
    TriggerSource, "trigger":
    /// The mark price: what the venue takes if nothing is said.
    MarkPrice = "markPrice",
    /// The price of the last trade.
    LastPrice = "lastPrice",
}

words! {
    /// How many positions the account may have in a market.
    PositionMode, "positionMode":
    /// One, long or short: what the venue takes if nothing is said.
    OneWay = "ONE_WAY",
    /// A long and a short one.
    Hedge = "HEDGE",
    /// Any number, each with a margin of its own.
    Isolated = "ISOLATED",
}

words! {
    /// Whose money covers a position.
    MarginMode, "marginMode":
    /// The whole wallet.
    Cross = "CROSS",
    /// What was set aside for it.
    Isolated = "ISOLATED",
}

words! {
    /// A kind of wallet that money can be moved out of and into.
    WalletType, "wallet type":
    /// The spot wallet.
    Spot = "SPOT",
    /// The futures wallet that all cross positions share.
    Cross = "CROSS",
    /// The wallet of one isolated position, which must be named.
    Isolated = "ISOLATED",
}

impl From<OrderType> for OrderForm {
    fn from(kind: OrderType) -> Self {
        match kind {
            OrderType::Limit => Self::Limit,
            OrderType::Market => Self::Market,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case_and_written_as_documented() {
        assert_eq!("one_way".parse(), Ok(PositionMode::OneWay));
        assert_eq!("MARKPRICE".parse::<TriggerSource>().unwrap().to_string(), "markPrice");
        let error = "BOTH".parse::<PositionMode>().unwrap_err().to_string();
        assert_eq!(error, "positionMode \"BOTH\" is not known: use ONE_WAY, HEDGE, ISOLATED");
        assert_eq!(OrderForm::from(OrderType::Market), OrderForm::Market);
    }

    #[test]
    fn a_word_of_another_field_is_sent_there() {
        let said = |word: &str| word.parse::<OrderForm>().unwrap_err().to_string();
        let stop = "type \"Stop\" is not known: use LIMIT, MARKET, OCO; a stop is one of the first two with txType STOP and a triggerPrice";
        assert_eq!(said("Stop"), stop);
        assert!(said("TAKE_PROFIT").ends_with("with txType TRIGGER and a triggerPrice"));
        assert!(said("TRAILING_STOP").ends_with("with txType STOP and a trailValue"));
        assert_eq!(said("PEG"), "type \"PEG\" is not known: use LIMIT, MARKET, OCO");
        let said = "MARKET".parse::<TxType>().unwrap_err().to_string();
        assert_eq!(said, "txType \"MARKET\" is not known: use LIMIT, STOP, TRIGGER; this word is for type");
    }
}
