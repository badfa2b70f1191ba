//! Random numbers that are the same on every run, and what is made of them.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of one stream of a seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95));
        random.next();
        random
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A number from `start` to below `end`.
    pub fn between(&mut self, start: u64, end: u64) -> u64 {
        start + self.below(end - start)
    }

    /// True in so many of 1,000 cases.
    pub fn one_in_thousand(&mut self, cases: u64) -> bool {
        self.below(1000) < cases
    }

    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len() as u64);
        all[usize::try_from(at).unwrap()]
    }

    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }

    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = String::new();
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(digits);
        text
    }

    /// Words of the shop's descriptions, with a quote, a line break and letters beyond ASCII now and then.
    pub fn prose(&mut self, words: u64) -> String {
        let mut text = String::new();
        for at in 0..words {
            if at > 0 {
                text.push(if self.one_in_thousand(4) { '\n' } else { ' ' });
            }
            let word = self.pick(&WORDS);
            match self.below(400) {
                0 => text.push_str(&format!("\"{word}\"")),
                1 => text.push_str(self.pick(&FOREIGN)),
                2..40 => text.push_str(&format!("{word},")),
                _ => text.push_str(word),
            }
        }
        text.push('.');
        text
    }
}

/// `YYYY-MM-DD` of a number of days since 1970: <https://howardhinnant.github.io/date_algorithms.html>
pub fn day_of(days: u64) -> String {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `YYYY-MM-DDThh:mm:ssZ` of seconds since 1970.
pub fn time_of(seconds: u64) -> String {
    let of_day = seconds % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", day_of(seconds / 86_400), of_day / 3600, of_day / 60 % 60, of_day % 60)
}

const FOREIGN: [&str; 8] = ["café", "naïve", "Größe", "façade", "smörgåsbord", "数量", "jalapeño", "Łódź"];

#[rustfmt::skip]
const WORDS: [&str; 120] = [
    "the", "a", "of", "and", "with", "for", "in", "to", "is", "on", "order", "please", "leave", "parcel", "door",
    "ring", "bell", "gift", "wrap", "fragile", "handle", "care", "size", "colour", "blue", "green", "red",
    "black", "white", "cotton", "wool", "steel", "oak", "walnut", "leather", "hand", "made", "machine",
    "washable", "cold", "water", "warranty", "years", "months", "delivery", "within", "days", "express",
    "standard", "return", "refund", "policy", "customer", "asked", "invoice", "address", "changed", "after",
    "payment", "card", "voucher", "discount", "applied", "season", "sale", "stock", "limited", "edition", "set",
    "pieces", "kitchen", "garden", "office", "outdoor", "light", "heavy", "compact", "design", "award", "winning",
    "comfortable", "durable", "easy", "clean", "assemble", "tools", "included", "battery", "charger", "cable",
    "screen", "glass", "cover", "case", "pocket", "zip", "lining", "sole", "grip", "lid", "bowl", "plate",
    "spoon", "linen", "pillow", "lamp", "shade", "shelf", "drawer", "chair", "table", "bench", "rug", "curtain",
    "mirror", "frame", "clock", "vase", "candle", "basket",
];
