//! Decimal numbers as they are read from a stream: an integer and a number of decimals.

use lmex_types::Decimal;

/// `mantissa / 10^scale`. Cheaper to read than a [`Decimal`], and exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fixed {
    /// The digits.
    pub mantissa: i64,
    /// How many of them stand after the point: at most 18.
    pub scale: u8,
}

impl Fixed {
    /// Reads `-12.50`; no exponent, at most 18 digits. `None` for anything else.
    pub fn parse(text: &[u8]) -> Option<Self> {
        Self::parse_prefix(text).filter(|(_, read)| *read == text.len()).map(|(value, _)| value)
    }

    /// Reads the number that a text begins with, and how many bytes it takes.
    pub(super) fn parse_prefix(text: &[u8]) -> Option<(Self, usize)> {
        let negative = text.first() == Some(&b'-');
        let start = usize::from(negative);
        let mut mantissa = 0_i64;
        let mut digits = 0_u8;
        let mut point = None;
        let mut read = start;
        for &byte in text.get(start..)? {
            match byte {
                b'0'..=b'9' => {
                    digits += 1;
                    // Eighteen digits always fit, so this can't wrap.
                    if digits > 18 {
                        return None;
                    }
                    mantissa = mantissa * 10 + i64::from(byte - b'0');
                }
                b'.' if point.is_none() => point = Some(digits),
                _ => break,
            }
            read += 1;
        }
        let scale = point.map_or(0, |before| digits - before);
        let value = Self { mantissa: if negative { -mantissa } else { mantissa }, scale };
        (digits > 0).then_some((value, read))
    }

    /// The same value with `scale` decimals, if it is exact and fits.
    pub fn at_scale(self, scale: u8) -> Option<i64> {
        match scale.checked_sub(self.scale) {
            Some(more) => self.mantissa.checked_mul(10_i64.checked_pow(u32::from(more))?),
            None => {
                let less = 10_i64.checked_pow(u32::from(self.scale - scale))?;
                (self.mantissa % less == 0).then(|| self.mantissa / less)
            }
        }
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The value as a decimal, with the digits it came with.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.mantissa, u32::from(self.scale))
    }

    /// A decimal as it would have been read; `None` if it has too many digits.
    pub fn from_decimal(value: Decimal) -> Option<Self> {
        let mantissa = i64::try_from(value.mantissa()).ok()?;
        let scale = u8::try_from(value.scale()).ok().filter(|scale| *scale <= 18)?;
        Some(Self { mantissa, scale })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn reading_agrees_with_decimals(text in "-?[0-9]{1,12}(\\.[0-9]{1,6})?") {
            let fixed = Fixed::parse(text.as_bytes()).unwrap();
            proptest::prop_assert_eq!(fixed.to_decimal(), text.parse::<Decimal>().unwrap());
        }

        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            let _ = Fixed::parse(text.as_bytes());
        }
    }

    #[test]
    fn what_is_no_plain_number_is_refused() {
        for text in ["", "-", ".", "1e5", "1.2.3", "1234567890123456789", " 1", "+1", "0x1"] {
            assert_eq!(Fixed::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn scales_convert_exactly_or_not_at_all() {
        let value = Fixed { mantissa: 125, scale: 2 };
        assert_eq!(value.at_scale(4), Some(12_500));
        assert_eq!(value.at_scale(1), None);
        assert_eq!(Fixed { mantissa: 120, scale: 2 }.at_scale(1), Some(12));
        assert_eq!(Fixed { mantissa: i64::MAX, scale: 0 }.at_scale(1), None);
    }
}
