//! What a format of `strftime` prints, told from its directives.

/// True where a format has one of some directives, each a letter.
pub fn has_directive(format: &str, directives: &str) -> bool {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter == '%' && letters.next().is_some_and(|directive| directives.contains(directive)) {
            return true;
        }
    }
    false
}

/// True where a format prints a time of the day and not its offset.
pub fn leaves_offset_out(format: &str) -> bool {
    has_directive(format, "HIT") && !has_directive(format, "z")
}

/// True where what is printed ends in a word for UTC of the format's own, whatever the offset is. `after` is the text that
/// follows.
pub fn says_utc(format: &str, after: &str) -> bool {
    let follows = after.strip_prefix(['Z', 'z']).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
    let end = format.to_ascii_uppercase();
    let words = ["Z", "UTC", "GMT", "+00:00", "+0000", "+00"];
    let ends = words.iter().any(|word| end.strip_suffix(word).is_some_and(|rest| !rest.ends_with('%')));
    leaves_offset_out(format) && (ends || follows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_format_says_of_the_offset() {
        for (format, after, out, utc) in [
            ("%Y-%m-%dT%H:%M:%S", "", true, false),
            ("%Y-%m-%dT%H:%M:%S.000Z", "", true, true),
            ("%Y-%m-%dT%H:%M:%Sz", "#x", true, true),
            ("%FT%T", "Z", true, true),
            ("%FT%T", "Z#id", true, true),
            ("%FT%T", "Zone", true, false),
            ("%FT%T+00:00", "", true, true),
            ("%Y-%m-%d %H:%M UTC", "", true, true),
            ("%Y-%m-%dT%H:%M:%S%z", "", false, false),
            ("%Y-%m-%d", "Z", false, false),
            ("%Y-%m-%d%%HZ", "", false, false),
        ] {
            assert_eq!((leaves_offset_out(format), says_utc(format, after)), (out, utc), "{format} {after}");
        }
        assert!(has_directive("%%%H", "H") && !has_directive("%%H", "H") && !has_directive("%", "H"));
    }
}
