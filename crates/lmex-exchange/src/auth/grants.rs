//! What a key may do.

use std::fmt;

use lmex_api::{Method, Permission};

/// The permissions of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grants {
    read: bool,
    trade: bool,
    transfer: bool,
    wallet: bool,
}

/// A request that its key has no permission for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotGranted {
    missing: Permission,
    has: Grants,
}

impl Grants {
    /// These permissions.
    pub(crate) fn of(permissions: &[Permission]) -> Self {
        let has = |permission| permissions.contains(&permission);
        Self {
            read: has(Permission::Read),
            trade: has(Permission::Trade),
            transfer: has(Permission::Transfer),
            wallet: has(Permission::Wallet),
        }
    }

    /// Refuses what the key may not do. One permission does not include another.
    pub(crate) fn require(self, permission: Permission) -> Result<(), NotGranted> {
        let granted = match permission {
            Permission::Public => true,
            Permission::Read => self.read,
            Permission::Trade => self.trade,
            Permission::Transfer => self.transfer,
            Permission::Wallet => self.wallet,
        };
        if granted { Ok(()) } else { Err(NotGranted { missing: permission, has: self }) }
    }
}

/// The permission that a request needs: that of the catalog. What is not in it needs the strongest there is.
pub(crate) fn needed(method: &str, path: &str) -> Permission {
    let is_it = |own: Method| own.as_str() == method;
    let mut catalog = lmex_api::CATALOG.iter();
    let found = catalog.find(|info| info.path == path && is_it(info.method));
    found.map_or(Permission::Wallet, |info| info.permission)
}

/// The name of a permission in LMEX's documents ("Requires `Trading` permission").
fn named(permission: Permission) -> &'static str {
    match permission {
        Permission::Public => "no",
        Permission::Read => "Read",
        Permission::Trade => "Trading",
        Permission::Transfer => "Transfer",
        Permission::Wallet => "Wallet",
    }
}

impl fmt::Display for NotGranted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [Permission::Read, Permission::Trade, Permission::Transfer, Permission::Wallet];
        let has = all.into_iter().filter(|permission| self.has.require(*permission).is_ok());
        let has: Vec<_> = has.map(named).collect();
        let has = if has.is_empty() { "none".to_owned() } else { has.join(", ") };
        write!(f, "this request needs a key with {} permission, this key has {has}", named(self.missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_permission_includes_another() {
        let all = [Permission::Read, Permission::Trade, Permission::Transfer, Permission::Wallet];
        for granted in all {
            for asked in all {
                let answer = Grants::of(&[granted]).require(asked);
                assert_eq!(answer.is_ok(), granted == asked, "{granted:?} {asked:?}");
            }
        }
        assert!(Grants::of(&[]).require(Permission::Public).is_ok());
    }

    #[test]
    fn the_missing_permission_is_named() {
        let refused = Grants::of(&[Permission::Read]).require(Permission::Trade).unwrap_err();
        let said = "this request needs a key with Trading permission, this key has Read";
        assert_eq!(refused.to_string(), said);
        let refused = Grants::of(&[]).require(Permission::Wallet).unwrap_err();
        assert!(refused.to_string().ends_with("this key has none"));
    }

    #[test]
    fn asking_for_an_order_needs_what_placing_one_does() {
        assert_eq!(needed("GET", "/api/v2.3/order"), Permission::Trade);
        assert_eq!(needed("GET", "/api/v2.3/user/open_orders"), Permission::Read);
        assert_eq!(needed("GET", "/api/v2.3/unheard_of"), Permission::Wallet);
    }
}
