//! What came into and went out of each account's futures wallets.
//!
//! Amounts less fees of all records add up to what is in the wallets, as long as none was forgotten.

use std::collections::BTreeMap;

use lmex_api::futures::WalletRecordKind;
use lmex_engine::{AccountId, Engine, Event, LegId, MarginMode, MarketId, Money, Party};
use lmex_types::TimeMs;
use serde::{Deserialize, Serialize};

use super::Liquidations;
use super::latest::Latest;

/// The most records that are kept, of all accounts together; the oldest go first. LMEX does not publish how far back
/// its own reach.
const MOST_KEPT: usize = 100_000;

/// One of an account's wallets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum WalletOf {
    /// All cross positions together.
    Cross,
    /// One isolated position.
    Isolated(MarketId, LegId),
}

/// One change of a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WalletChange {
    /// Its number among the account's, counted from 1.
    pub(crate) serial: u64,
    /// When.
    pub(crate) at: TimeMs,
    /// What it was.
    #[serde(with = "kind_number")]
    pub(crate) kind: WalletRecordKind,
    /// Which wallet.
    pub(crate) wallet: WalletOf,
    /// In which market, where it was in one.
    pub(crate) market: Option<MarketId>,
    /// How much came in, before fees; negative went out.
    pub(crate) amount: Money,
    /// Paid; negative is a rebate.
    pub(crate) fees: Money,
}

/// Which records are asked for. What is absent asks for all.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WalletFilter {
    /// Of which wallets.
    pub(crate) wallets: Wallets,
    /// Earliest.
    pub(crate) start: Option<TimeMs>,
    /// Latest.
    pub(crate) end: Option<TimeMs>,
}

/// Some of an account's wallets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Wallets {
    /// All of them.
    #[default]
    All,
    /// The cross wallet.
    Cross,
    /// Those of the isolated positions of a market, or of one of them.
    Isolated(MarketId, Option<LegId>),
}

/// The records of all accounts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct WalletHistory {
    kept: Latest<WalletChange, MOST_KEPT>,
    /// They go on where records are forgotten.
    last_serials: BTreeMap<AccountId, u64>,
}

impl WalletHistory {
    /// Takes note of an event. The engine has taken note of its whole command; the liquidations of what came before.
    pub(crate) fn apply(&mut self, at: TimeMs, event: &Event, engine: &Engine, liquidations: &Liquidations) {
        let note = Note { at, engine };
        match *event {
            Event::Deposited { account, amount, .. } => self.transfer(&note, account, amount),
            Event::Withdrawn { account, amount, .. } => self.transfer(&note, account, -amount),
            Event::FundingPaid { account, market, leg, amount, .. } => {
                let kind = WalletRecordKind::FUNDING;
                self.keep(account, note.of_leg(kind, account, (market, leg), -amount, Money::ZERO));
            }
            Event::Fill(ref fill) => {
                for party in [&fill.maker, &fill.taker] {
                    let is_forced = party.order.is_some_and(|order| liquidations.is_order(order));
                    self.traded(&note, fill.market, party, is_forced);
                }
            }
            Event::Deleveraged(ref trade) => {
                self.traded(&note, trade.market, &trade.loser, true);
                self.traded(&note, trade.market, &trade.winner, trade.is_offset());
            }
            Event::InsurancePaid { account, position, amount, .. } => {
                let wallet =
                    position.map_or(WalletOf::Cross, |(market, leg)| WalletOf::Isolated(market, leg));
                let market = position.map(|(market, _)| market);
                let kind = WalletRecordKind::LIQUIDATION;
                self.keep(account, note.change(kind, wallet, market, amount, Money::ZERO));
            }
            Event::LeverageSet { account, market, leg, moved, .. }
            | Event::MarginMoved { account, market, leg, moved }
            | Event::RiskLimitSet { account, market, leg, moved, .. } => {
                self.moved(&note, account, (market, leg), moved);
            }
            _ => {}
        }
    }

    /// The account's records that pass the filter, newest first.
    pub(crate) fn of(&self, account: AccountId, filter: WalletFilter) -> impl Iterator<Item = &WalletChange> {
        self.kept.of(account).filter(move |change| filter.passes(change))
    }

    fn transfer(&mut self, note: &Note<'_>, account: AccountId, amount: Money) {
        let kind = WalletRecordKind::TRANSFER;
        self.keep(account, note.change(kind, WalletOf::Cross, None, amount, Money::ZERO));
    }

    /// Profit or loss and fees of one party to a trade, and what its position's own wallet got or gave back.
    fn traded(&mut self, note: &Note<'_>, market: MarketId, party: &Party, is_forced: bool) {
        let kind = if is_forced { WalletRecordKind::LIQUIDATION } else { WalletRecordKind::REALIZED_PNL };
        let fees = party.fee + party.liquidation_fee;
        let (account, position) = (party.account, (market, party.leg));
        self.moved(note, account, position, party.moved);
        self.keep(account, note.of_leg(kind, account, position, party.realised_pnl, fees));
    }

    /// Money that went from the cross wallet into an isolated one, or back.
    fn moved(&mut self, note: &Note<'_>, account: AccountId, (market, leg): (MarketId, LegId), moved: Money) {
        let kind = WalletRecordKind::TRANSFER;
        for (wallet, amount) in [(WalletOf::Cross, -moved), (WalletOf::Isolated(market, leg), moved)] {
            self.keep(account, note.change(kind, wallet, Some(market), amount, Money::ZERO));
        }
    }

    /// Keeps a change of something; the crowd has no records.
    fn keep(&mut self, account: AccountId, change: WalletChange) {
        if account == AccountId::CROWD || (change.amount == Money::ZERO && change.fees == Money::ZERO) {
            return;
        }
        let serial = self.last_serials.entry(account).or_default();
        *serial += 1;
        self.kept.push(account, WalletChange { serial: *serial, ..change });
    }
}

/// What all records of an event have in common.
struct Note<'a> {
    at: TimeMs,
    engine: &'a Engine,
}

impl Note<'_> {
    fn change(
        &self,
        kind: WalletRecordKind,
        wallet: WalletOf,
        market: Option<MarketId>,
        amount: Money,
        fees: Money,
    ) -> WalletChange {
        WalletChange { serial: 0, at: self.at, kind, wallet, market, amount, fees }
    }

    /// A change of the wallet that bears a position.
    fn of_leg(
        &self,
        kind: WalletRecordKind,
        account: AccountId,
        (market, leg): (MarketId, LegId),
        amount: Money,
        fees: Money,
    ) -> WalletChange {
        let wallet = match self.engine.margin_mode(account, market, leg) {
            Some(MarginMode::Isolated) => WalletOf::Isolated(market, leg),
            _ => WalletOf::Cross,
        };
        self.change(kind, wallet, Some(market), amount, fees)
    }
}

impl WalletFilter {
    fn passes(&self, change: &WalletChange) -> bool {
        let is_asked = match (self.wallets, change.wallet) {
            (Wallets::All, _) | (Wallets::Cross, WalletOf::Cross) => true,
            (Wallets::Isolated(market, leg), WalletOf::Isolated(of, its)) => {
                market == of && leg.is_none_or(|leg| leg == its)
            }
            _ => false,
        };
        is_asked
            && self.start.is_none_or(|start| change.at >= start)
            && self.end.is_none_or(|end| change.at <= end)
    }
}

/// A kind as it is stored. Its own form is the wire's, which takes several spellings.
mod kind_number {
    use lmex_api::futures::WalletRecordKind;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(kind: &WalletRecordKind, to: S) -> Result<S::Ok, S::Error> {
        kind.0.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<WalletRecordKind, D::Error> {
        i64::deserialize(from).map(WalletRecordKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId(1);

    fn deposited(history: &mut WalletHistory, amount: i64) {
        let amount = Money::from_quote(amount);
        let event = Event::Deposited { account: ACCOUNT, amount, balance: amount };
        history.apply(TimeMs::default(), &event, &Engine::default(), &Liquidations::default());
    }

    #[test]
    fn the_oldest_records_are_forgotten_and_numbers_go_on() {
        let mut history = WalletHistory::default();
        for amount in 1..=100_005 {
            deposited(&mut history, amount);
        }
        let serials: Vec<_> =
            history.of(ACCOUNT, WalletFilter::default()).map(|change| change.serial).collect();
        assert_eq!((serials.len(), serials[0], serials[99_999]), (100_000, 100_005, 6));
    }

    #[test]
    fn money_that_moves_into_a_position_leaves_one_wallet_and_enters_the_other() {
        let (account, market, leg, moved) = (ACCOUNT, MarketId(0), LegId::LONG, Money::from_quote(7));
        let margin = MarginMode::Isolated;
        for event in [
            Event::LeverageSet { account, market, leg, leverage: 5, margin, moved },
            Event::RiskLimitSet { account, market, leg, level: 2, moved },
        ] {
            let mut history = WalletHistory::default();
            history.apply(TimeMs::default(), &event, &Engine::default(), &Liquidations::default());
            let amounts = |wallets| -> Vec<_> {
                let filter = WalletFilter { wallets, ..WalletFilter::default() };
                history.of(account, filter).map(|change| change.amount).collect()
            };
            assert_eq!(amounts(Wallets::Cross), [-moved], "{event:?}");
            assert_eq!(amounts(Wallets::Isolated(market, Some(leg))), [moved]);
            assert_eq!(amounts(Wallets::Isolated(market, None)), [moved]);
            assert_eq!(amounts(Wallets::Isolated(market, Some(LegId::SHORT))), []);
            assert_eq!(amounts(Wallets::Isolated(MarketId(1), None)), []);
        }
    }
}
