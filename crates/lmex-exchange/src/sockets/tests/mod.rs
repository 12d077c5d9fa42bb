//! The streams as a client sees them: most without a socket and on a paused clock, a few over loopback.

mod book;
mod cost;
mod fake;
mod fan_out;
mod loopback;
mod open_orders;
mod positions;
mod private;
mod public;
mod shapes;
mod slow;
