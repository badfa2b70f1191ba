//! The defects that are planted, one an item.

use std::collections::VecDeque;

use super::Request;
use super::item::{Item, Value, whole};
use super::random::{Random, time_of};
use super::shop::{Entity, rekey, user};
use super::truth::Truth;

/// A defect of an entity's item. An empty check is none that is counted by item: it is counted where it is applied.
struct Defect {
    check: &'static str,
    index: &'static str,
    attribute: &'static str,
    entity: Entity,
    /// Spoils the item; false where this one cannot be spoilt.
    spoil: fn(&mut Item, &mut Random, &mut Truth) -> bool,
}

/// An item of its own that is of no entity, or of two.
#[derive(Clone, Copy, Debug)]
pub enum Odd {
    Unclassified,
    Ambiguous,
}

/// What is planted next.
#[derive(Clone, Copy)]
enum Planned {
    Spoilt(&'static Defect),
    Twice,
    Odd(Odd, u64),
}

/// The kinds of defects; each has its variants, which take turns.
enum Kind {
    Spoilt(&'static [Defect]),
    /// The same, but only so many of the whole export.
    Few(u64, &'static [Defect]),
    Twice,
    Odd(Odd),
}

/// The defects of a data file.
pub struct Defects {
    planned: VecDeque<(u64, Planned)>,
    due: Vec<Planned>,
    items: u64,
}

/// An item that is of no entity, or of two.
pub struct Stray {
    pub item: Item,
    /// The shape of its key; empty where it is of two entities.
    pub shape: Option<&'static str>,
}

impl Defects {
    /// Spreads a file's share of the defects over its items.
    pub fn new(request: &Request<'_>, number: usize, items: u64) -> Self {
        let all = (request.items as f64 * request.defects).round() as u64;
        let share = |at: usize| all * at as u64 / request.files as u64;
        let (start, end) = (share(number), share(number + 1));
        let planned = (start..end).filter_map(|at| {
            let (kind, round) = (&KINDS[usize::try_from(at).unwrap() % KINDS.len()], at / KINDS.len() as u64);
            let variant = |all: &'static [Defect]| &all[usize::try_from(round).unwrap() % all.len()];
            let planned = match kind {
                Kind::Spoilt(all) => Planned::Spoilt(variant(all)),
                Kind::Few(most, all) if round < *most => Planned::Spoilt(variant(all)),
                Kind::Few(..) => return None,
                Kind::Twice => Planned::Twice,
                Kind::Odd(odd) => Planned::Odd(*odd, round),
            };
            Some(((at - start + 1) * items / (end - start + 1), planned))
        });
        Self { planned: planned.collect(), due: Vec::new(), items: 0 }
    }

    /// An item of its own, where one is due.
    pub fn stray(&mut self, random: &mut Random) -> Option<Stray> {
        while let Some((at, planned)) = self.planned.front()
            && *at <= self.items
        {
            self.due.push(*planned);
            self.planned.pop_front();
        }
        let at = self.due.iter().position(|planned| matches!(planned, Planned::Odd(..)))?;
        let Planned::Odd(odd, round) = self.due.remove(at) else { return None };
        self.items += 1;
        Some(stray(odd, round, random))
    }

    /// Spoils an item where a defect of its entity is due; true where it is to be written twice.
    pub fn spoil(&mut self, entity: Entity, item: &mut Item, random: &mut Random, truth: &mut Truth) -> bool {
        self.items += 1;
        for at in 0..self.due.len() {
            match self.due[at] {
                Planned::Spoilt(defect) if defect.entity == entity => {
                    if !(defect.spoil)(item, random, truth) {
                        continue;
                    }
                    if !defect.check.is_empty() {
                        let subject = (defect.check, entity.name(), defect.index, defect.attribute);
                        *truth.checks.entry(subject).or_default() += 1;
                    }
                }
                Planned::Twice => {
                    self.items += 1;
                    self.due.remove(at);
                    return true;
                }
                Planned::Spoilt(_) | Planned::Odd(..) => continue,
            }
            self.due.remove(at);
            return false;
        }
        false
    }
}

fn stray(odd: Odd, round: u64, random: &mut Random) -> Stray {
    let id = random.uuid();
    let mut item = user(random, &random.clone().uuid());
    for key in ["gsi1_pk", "gsi1_sk", "gsi2_pk", "gsi2_sk"] {
        item.remove(key);
    }
    let other = random.uuid();
    let (pk, sk, shape) = match (odd, round % 4) {
        // Of an order whose reference holds more, and of an event whose reference does.
        (Odd::Ambiguous, _) => (format!("user#{id}"), "order#W-2024#7#event#000001".to_owned(), ""),
        (Odd::Unclassified, 0) => (format!("invoice#{id}"), format!("invoice#{id}"), "invoice#{uuid} / invoice#{uuid}"),
        (Odd::Unclassified, 1) => (format!("cart#{id}"), format!("item#{}", round), "cart#{uuid} / item#{number}"),
        (Odd::Unclassified, 2) => (format!("user#{id}"), format!("wish#{other}"), "user#{uuid} / wish#{uuid}"),
        (Odd::Unclassified, _) => {
            let from = time_of(1_577_836_800 + round);
            ("settings".to_owned(), format!("from#{from}"), "settings / from#{time}")
        }
    };
    item.set_text("pk", pk);
    item.set_text("sk", sk);
    Stray { item, shape: Some(shape) }
}

/// Leaves the keys of an item as they are when the field changes.
fn change(item: &mut Item, name: &'static str, text: impl Into<String>) -> bool {
    item.set_text(name, text);
    true
}

/// Changes a field, and the keys with it.
fn rewrite(entity: Entity, item: &mut Item, name: &'static str, text: impl Into<String>) -> bool {
    item.set_text(name, text);
    rekey(entity, item);
    true
}

fn remove(item: &mut Item, names: &[&str]) -> bool {
    names.iter().for_each(|name| item.remove(name));
    true
}

/// A word of so many letters.
fn long(letters: usize) -> String {
    "catalogue ".repeat(letters / 10 + 1)[..letters].trim_end().to_owned()
}

macro_rules! defect {
    ($check:literal, $entity:ident, $index:literal, $attribute:literal, $spoil:expr) => {
        Defect { check: $check, entity: Entity::$entity, index: $index, attribute: $attribute, spoil: $spoil }
    };
}

const KINDS: [Kind; 19] = [
    Kind::Spoilt(&[
        defect!("placeholder-in-key", User, "gsi2", "gsi2_sk", |item, _, _| {
            item.remove("last_name");
            rekey(Entity::User, item);
            true
        }),
        defect!("placeholder-in-key", Product, "gsi2", "gsi2_pk", |item, _, _| change(item, "gsi2_pk", "brand#null")),
        defect!("placeholder-in-key", Order, "gsi1", "gsi1_sk", |item, _, _| change(
            item,
            "gsi1_sk",
            "order#undefined"
        )),
        defect!("placeholder-in-key", OrderLine, "gsi1", "gsi1_sk", |item, _, _| {
            let order = item.get("order_id").to_owned();
            change(item, "gsi1_sk", format!("sold#NaN#order#{order}"))
        }),
    ]),
    Kind::Spoilt(&[
        defect!("truncated-key", OrderLine, "gsi1", "gsi1_sk", |item, _, _| change(item, "gsi1_sk", "sold#")),
        defect!("truncated-key", User, "gsi2", "gsi2_sk", |item, _, _| {
            let last = item.get("last_name").to_owned();
            change(item, "gsi2_sk", format!("lastname#{last}"))
        }),
    ]),
    Kind::Spoilt(&[
        defect!("blank-key-part", Event, "gsi1", "gsi1_sk", |item, _, _| rewrite(Entity::Event, item, "id", "")),
        defect!("blank-key-part", User, "gsi2", "gsi2_sk", |item, _, _| {
            let first = item.get("first_name").to_owned();
            change(item, "gsi2_sk", format!("lastname##firstname#{first}"))
        }),
    ]),
    Kind::Odd(Odd::Unclassified),
    Kind::Odd(Odd::Ambiguous),
    Kind::Spoilt(&[
        defect!("stale-key", User, "gsi1", "gsi1_pk", |item, random, _| {
            change(item, "email", format!("new{}@example.org", random.below(1 << 40)))
        }),
        defect!("stale-key", Order, "gsi2", "gsi2_sk", |item, random, _| {
            item.set("total_cents", whole(random.between(100_000, 200_000)));
            true
        }),
        defect!("stale-key", Product, "gsi1", "gsi1_pk", |item, _, _| change(item, "category", "sale.outlet")),
        defect!("stale-key", OrderLine, "primary", "sk", |item, random, _| {
            item.set("position", whole(random.between(100, 900)));
            true
        }),
        defect!("stale-key", Order, "gsi3", "gsi3_sk", |item, _, _| {
            if item.get("gsi3_pk").is_empty() {
                return false;
            }
            item.set("open_since", whole(1_500_000_000));
            true
        }),
    ]),
    Kind::Spoilt(&[
        defect!("missing-index-key", Order, "gsi1", "gsi1_pk", |item, _, _| remove(item, &["gsi1_pk", "gsi1_sk"])),
        defect!("missing-index-key", OrderLine, "lsi1", "lsi1_sk", |item, _, _| remove(item, &["lsi1_sk"])),
        defect!("missing-index-key", Product, "gsi2", "gsi2_pk", |item, _, _| remove(item, &["gsi2_pk", "gsi2_sk"])),
    ]),
    Kind::Spoilt(&[
        defect!("leftover-index-key", Order, "gsi3", "gsi3_sk", |item, random, _| {
            item.set("open_since", whole(random.between(1_600_000_000, 1_700_000_000)));
            rekey(Entity::Order, item);
            item.remove("open_since");
            true
        }),
        defect!("leftover-index-key", Product, "lsi1", "lsi1_sk", |item, _, _| change(item, "lsi1_sk", "amount#1")),
    ]),
    Kind::Spoilt(&[
        defect!("half-index-key", Product, "gsi1", "gsi1_sk", |item, _, _| remove(item, &["gsi1_sk"])),
        defect!("half-index-key", Event, "gsi1", "gsi1_pk", |item, _, _| remove(item, &["gsi1_pk"])),
        defect!("half-index-key", Order, "gsi3", "gsi3_sk", |item, random, _| {
            item.set("open_since", whole(random.between(1_600_000_000, 1_700_000_000)));
            rekey(Entity::Order, item);
            remove(item, &["gsi3_sk"])
        }),
    ]),
    Kind::Spoilt(&[
        defect!("case-variant-key", User, "gsi1", "gsi1_pk", |item, _, _| {
            let key = item.get("gsi1_pk").to_owned();
            let email = item.get("email").to_uppercase();
            change(item, "email", email);
            change(item, "gsi1_pk", key)
        }),
        defect!("case-variant-key", Product, "gsi2", "gsi2_sk", |item, _, _| {
            let key = item.get("gsi2_sk").to_lowercase();
            change(item, "gsi2_sk", key)
        }),
        defect!("case-variant-key", User, "primary", "sk", |item, _, _| {
            let key = item.get("sk").replace("user#", "USER#");
            change(item, "sk", key)
        }),
    ]),
    Kind::Spoilt(&[
        defect!("delimiter-in-value", Product, "gsi2", "gsi2_pk", |item, _, _| {
            rewrite(Entity::Product, item, "brand", "Black#Decker")
        }),
        defect!("delimiter-in-value", User, "gsi2", "gsi2_sk", |item, _, _| {
            rewrite(Entity::User, item, "last_name", "Smith#2")
        }),
        defect!("delimiter-in-value", Order, "primary", "sk", |item, random, _| {
            rewrite(Entity::Order, item, "reference", format!("W-2024#{}", random.below(1 << 40)))
        }),
    ]),
    Kind::Spoilt(&[
        defect!("wrong-key-type", Order, "gsi2", "gsi2_sk", |item, _, _| {
            item.set("gsi2_sk", whole(17));
            true
        }),
        defect!("wrong-key-type", Product, "gsi1", "gsi1_sk", |item, _, _| {
            item.set("gsi1_sk", Value::Bool(true));
            true
        }),
        defect!("wrong-key-type", Order, "gsi3", "gsi3_sk", |item, _, _| {
            let is_open = !item.get("gsi3_pk").is_empty();
            if is_open {
                item.set_text("gsi3_sk", "1700000000");
            }
            is_open
        }),
    ]),
    Kind::Spoilt(&[
        defect!("key-near-limit", Product, "gsi2", "gsi2_sk", |item, _, _| {
            rewrite(Entity::Product, item, "name", long(940))
        }),
        defect!("key-near-limit", Product, "gsi2", "gsi2_pk", |item, _, _| {
            rewrite(Entity::Product, item, "brand", long(1900))
        }),
        defect!("key-near-limit", Order, "primary", "sk", |item, random, _| {
            rewrite(Entity::Order, item, "reference", format!("W-{}{}", random.hex(16), "0".repeat(930)))
        }),
    ]),
    Kind::Few(
        8,
        &[defect!("item-near-limit", Product, "", "", |item, random, _| {
            let mut text = random.prose(500);
            while text.len() < 372_000 {
                text.push(' ');
                text.push_str(&random.prose(500));
            }
            change(item, "description", text)
        })],
    ),
    Kind::Spoilt(&[
        defect!("odd-characters", User, "gsi2", "gsi2_sk", |item, _, _| {
            rewrite(Entity::User, item, "last_name", "Smith ")
        }),
        defect!("odd-characters", Product, "gsi2", "gsi2_sk", |item, _, _| {
            rewrite(Entity::Product, item, "name", "Cafe\u{301} table")
        }),
        defect!("odd-characters", Product, "gsi2", "gsi2_pk", |item, _, _| {
            rewrite(Entity::Product, item, "brand", "Tab\tWorks")
        }),
        defect!("odd-characters", User, "gsi1", "gsi1_pk", |item, _, _| {
            let key = format!("{} ", item.get("gsi1_pk"));
            change(item, "gsi1_pk", key)
        }),
    ]),
    Kind::Twice,
    Kind::Spoilt(&[
        defect!("", OrderLine, "lsi1", "lsi1_sk", |item, random, truth| {
            let amount = random.between(100, 1000);
            item.set("amount_cents", whole(amount));
            rekey(Entity::OrderLine, item);
            *truth.widths.entry(3).or_default() += 1;
            true
        }),
        defect!("", OrderLine, "lsi1", "lsi1_sk", |item, random, truth| {
            let amount = random.between(10_000, 100_000);
            item.set("amount_cents", whole(amount));
            rekey(Entity::OrderLine, item);
            *truth.widths.entry(5).or_default() += 1;
            true
        }),
    ]),
    Kind::Spoilt(&[
        defect!("", Event, "gsi1", "gsi1_sk", |item, _, truth| {
            let at = item.get("at").trim_end_matches('Z').to_owned();
            *truth.formats.entry("YYYY-MM-DDThh:mm:ss").or_default() += 1;
            rewrite(Entity::Event, item, "at", at)
        }),
        defect!("", Event, "gsi1", "gsi1_sk", |item, _, truth| {
            let at = item.get("at").replace('T', " ").replace('Z', "");
            *truth.formats.entry("YYYY-MM-DD hh:mm:ss").or_default() += 1;
            rewrite(Entity::Event, item, "at", at)
        }),
    ]),
    // A zero is no placeholder, and none is `None` where the field says so: these are sound.
    Kind::Spoilt(&[
        defect!("", Product, "", "", |item, _, _| {
            item.set("price_cents", whole(0));
            rekey(Entity::Product, item);
            true
        }),
        defect!("", User, "", "", |item, _, _| rewrite(Entity::User, item, "last_name", "Nonesuch")),
        defect!("", Order, "", "", |item, _, _| rewrite(Entity::Order, item, "note", "None")),
    ]),
];
