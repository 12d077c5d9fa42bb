//! How values stand in JSON: strict where we speak, lenient where we listen.
//!
//! The modules are used with `#[serde(with = …)]`. Decimals are read from a JSON number or a string without a
//! detour over binary floats, and written as plain JSON numbers.

pub mod client_id;
pub mod decimal;
pub mod empty;
pub mod integer;
pub mod many;
pub mod symbol;
pub mod text;
pub mod time;
pub mod word;
