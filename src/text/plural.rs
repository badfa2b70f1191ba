//! Numbers before what is counted.

/// The word for so many of something: "item", "items"; "index", "indexes".
pub fn plural(count: u64, one: &str) -> String {
    match count {
        1 => one.to_owned(),
        _ if one.ends_with(['x', 's']) => format!("{one}es"),
        _ => format!("{one}s"),
    }
}

/// So many of something: "1 item", "7 items".
pub fn counted(count: u64, one: &str) -> String {
    format!("{count} {}", plural(count, one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_several() {
        let said = [0, 1, 2].map(|count| counted(count, "read unit"));
        assert_eq!(said, ["0 read units", "1 read unit", "2 read units"]);
        assert_eq!([1, 3].map(|count| counted(count, "index")), ["1 index", "3 indexes"]);
    }
}
