//! What refusals name: closed lists instead of text, so that a stored refusal reads back as it was.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A list of values with their texts.
macro_rules! named {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $value:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $text] $(#[$of])* $value,)*
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$value => $text,)*
                })
            }
        }
    };
}

named! {
    /// What of an instrument can't be counted exactly.
    InstrumentPart {
        Tick = "tick",
        OrderSize = "order size",
        MinNotional = "minimum notional",
        Rules = "price band, mark, funding or liquidation fee",
    }
}

named! {
    /// What of an order can't be amended, in LMEX's words.
    Fixed {
        Price = "price",
        Size = "size",
        TriggerPrice = "triggerPrice",
    }
}

named! {
    /// What of an order excludes each other, in LMEX's words.
    Conflict {
        PegType = "an algo order and anything but LIMIT with GTC",
        PegPostOnly = "an algo order and postOnly",
        PegReduceOnly = "an algo order and reduceOnly",
        PegTrigger = "an algo order and txType STOP or TRIGGER",
        PegOco = "an algo order and type OCO",
        PegExits = "an algo order and takeProfitPrice or stopLossPrice",
        OcoMarket = "type OCO and MARKET",
        OcoTrigger = "type OCO and txType STOP or TRIGGER",
        OcoExits = "type OCO and takeProfitPrice or stopLossPrice",
        OcoImmediate = "type OCO and time_in_force IOC or FOK",
        OcoPrice = "type OCO and a price that is not on the cautious side of the market",
        TrailExits = "trailValue and takeProfitPrice or stopLossPrice",
        TrailTouch = "trailValue and txType TRIGGER",
        ReduceOnlyExits = "reduceOnly and takeProfitPrice or stopLossPrice",
    }
}
