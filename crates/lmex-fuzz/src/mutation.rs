//! Changes to an input, drawn from a seed: a fuzzer without coverage, for every test run.

use rand::{Rng, RngExt as _};

/// Words that decoders trip over, put in at any place.
const WORDS: &[&[u8]] = &[
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"-0.0",
    b"1E-400",
    b"NaN",
    b"99999999999999999999999999999999999999",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"0.00000000000000000000000000001",
    b"79228162514264337593543950335",
    b"\"\"",
    b"\"\\ud800\"",
    b"\"\\u0000\"",
    b"[]",
    b"{}",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"\xff\xfe",
    b"\xf0\x9f\x92\xb1",
    b"\"update:BTC-PERP_0\"",
    b"\"data\":",
    b"\n",
    b"\0",
];

/// A seed with some changes, or two seeds joined. At most `longest` bytes.
pub fn mutated(seeds: &[Vec<u8>], longest: usize, random: &mut impl Rng) -> Vec<u8> {
    let mut data = one_of(seeds, random).cloned().unwrap_or_default();
    for _ in 0..random.random_range(1..=6) {
        mutate(&mut data, seeds, random);
    }
    data.truncate(longest);
    data
}

fn mutate(data: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut impl Rng) {
    let at = random.random_range(0..=data.len());
    let end = (at + random.random_range(0..64)).min(data.len());
    match random.random_range(0..8) {
        0 => data.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.random_range(0..8)),
        1 => data.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.random()),
        2 => drop(data.drain(at..end)),
        3 => data.truncate(at),
        4 => {
            let again: Vec<u8> = data.get(at..end).unwrap_or_default().to_vec();
            for _ in 0..random.random_range(1..16) {
                data.splice(at..at, again.iter().copied());
            }
        }
        5 => {
            let word = one_of(WORDS, random).copied().unwrap_or_default();
            data.splice(at..end, word.iter().copied());
        }
        6 => {
            let word = one_of(WORDS, random).copied().unwrap_or_default();
            replace_value(data, at, word);
        }
        _ => {
            let other = one_of(seeds, random).map(Vec::as_slice).unwrap_or_default();
            let from = random.random_range(0..=other.len());
            data.truncate(at);
            data.extend_from_slice(other.get(from..).unwrap_or_default());
        }
    }
}

/// Puts a word in the place of a JSON value near `at`: from behind a colon to the next comma or bracket.
fn replace_value(data: &mut Vec<u8>, at: usize, word: &[u8]) {
    let Some(colon) = data.iter().skip(at).position(|byte| *byte == b':') else { return };
    let start = at + colon + 1;
    let value = data.iter().skip(start).position(|byte| matches!(byte, b',' | b'}' | b']'));
    let end = value.map_or(data.len(), |length| start + length);
    data.splice(start..end, word.iter().copied());
}

fn one_of<'a, T>(from: &'a [T], random: &mut impl Rng) -> Option<&'a T> {
    if from.is_empty() { None } else { from.get(random.random_range(0..from.len())) }
}
