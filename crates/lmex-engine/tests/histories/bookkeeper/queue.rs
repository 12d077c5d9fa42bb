//! Who is deleveraged, reckoned a second time.

use lmex_engine::{AccountId, Deleveraged, Engine, LegId, MarginMode, MarketId, Party};
use lmex_types::{Decimal, Side};

use super::Bookkeeper;

/// A user's position in the queue of those that could be closed.
#[derive(Debug)]
struct Waiting {
    account: AccountId,
    leg: LegId,
    /// Profit as a part of the cost, times leverage; at a loss, divided by it.
    rank: Decimal,
    /// Whether it owes nothing when it is closed at the price.
    can_pay: bool,
}

/// Who may be the next to be closed: any of those who stand first, by so much as division leaves unclear.
#[derive(Debug, Default)]
pub(super) struct First {
    users: Vec<(AccountId, LegId)>,
    crowd: bool,
}

impl First {
    pub(super) fn check(&self, trade: &Deleveraged) {
        let Party { account, leg, .. } = trade.winner;
        let is_first = match account {
            AccountId::CROWD => self.crowd,
            _ => self.users.contains(&(account, leg)),
        };
        assert!(is_first, "{self:?} instead of {trade:?}");
    }
}

impl Bookkeeper {
    /// Users who can pay, by rank; then the crowd; then users who would owe.
    pub(super) fn first(&self, market: MarketId, side: Side, price: i64, engine: &Engine) -> First {
        let all = self.waiting(market, side, price, engine);
        let best = |can_pay: bool| {
            let some: Vec<_> = all.iter().filter(|user| user.can_pay == can_pay).collect();
            let most = some.iter().map(|user| user.rank).max().unwrap_or_default();
            let unclear = most.abs() / Decimal::from(1_000_000_000_000_i64);
            let is_best = |user: &&&Waiting| user.rank >= most - unclear;
            some.iter().filter(is_best).map(|user| (user.account, user.leg)).collect::<Vec<_>>()
        };
        let held = self.positions.get(&(AccountId::CROWD, market, LegId::ONE_WAY));
        let crowd = held.is_some_and(|(contracts, _)| -side.sign() * contracts > 0);
        match best(true) {
            users if !users.is_empty() => First { users, crowd: false },
            _ if crowd => First { users: Vec::new(), crowd },
            _ => First { users: best(false), crowd },
        }
    }

    fn waiting(&self, market: MarketId, side: Side, price: i64, engine: &Engine) -> Vec<Waiting> {
        let priced = &self.markets[&market];
        let held = self.positions.iter().filter(|((account, of, _), (contracts, _))| {
            *account != AccountId::CROWD && *of == market && -side.sign() * contracts > 0
        });
        let waiting = held.map(|(&(account, _, leg), &(contracts, cost))| {
            let value = priced.mark_value * i128::from(contracts);
            let view = engine.leg(account, market, leg).unwrap();
            let scope = (view.margin == MarginMode::Isolated).then_some((market, leg));
            let equity = self.covers(account, engine)[&scope].equity;
            let moves = priced.tick_value * i128::from(price) - priced.mark_value;
            let can_pay = equity + moves * i128::from(contracts) >= 0;
            let profit = decimal(value - cost) / decimal(cost.abs().max(1));
            let leverage = decimal(value.abs().max(1)) / decimal(equity.max(1));
            let rank = if value > cost { profit * leverage } else { profit / leverage };
            Waiting { account, leg, rank, can_pay }
        });
        waiting.collect()
    }
}

fn decimal(units: i128) -> Decimal {
    Decimal::from_i128_with_scale(units, 0)
}
