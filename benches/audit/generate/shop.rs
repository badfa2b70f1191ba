//! The items of the shop, partition by partition, as an export has them.

use std::io::{self, Write};

use super::defects::Defects;
use super::item::{Item, Value, whole};
use super::random::{Random, day_of, time_of};
use super::truth::{HOT_KEY, Truth};
use super::{Content, Request};

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    User,
    Order,
    OrderLine,
    Product,
    Event,
}

impl Entity {
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Order => "Order",
            Self::OrderLine => "OrderLine",
            Self::Product => "Product",
            Self::Event => "Event",
        }
    }
}

/// Writes the items of a data file.
pub fn write(request: &Request<'_>, number: usize, out: &mut impl Write) -> io::Result<Truth> {
    let share = |at: usize| request.items * at as u64 / request.files as u64;
    let items = share(number + 1) - share(number);
    let mut shop = Shop {
        out,
        random: Random::new(request.seed, 100 + number as u64),
        defects: Defects::new(request, number, items),
        truth: Truth::default(),
        left: items,
        products: number as u64 * 1_000_000,
        all_products: request.items / 20,
    };
    while shop.left > 0 {
        match request.content {
            Content::Shop => match shop.random.below(7) {
                0 | 1 => shop.user_partition()?,
                2 => shop.product_partition()?,
                _ => shop.order_partition()?,
            },
            Content::Partitions => {
                let id = shop.random.uuid();
                let user = user(&mut shop.random, &id);
                shop.put(Entity::User, user)?;
            }
            Content::Shapes => {
                let order_number = share(number) + items - shop.left;
                let item = unknown(&mut shop.random, order_number);
                shop.put_unclassified(&item, None)?;
            }
        }
    }
    Ok(shop.truth)
}

struct Shop<'s, W> {
    out: &'s mut W,
    random: Random,
    defects: Defects,
    truth: Truth,
    /// The items that are still to be written.
    left: u64,
    /// The number of the last product of the file.
    products: u64,
    all_products: u64,
}

impl<W: Write> Shop<'_, W> {
    fn user_partition(&mut self) -> io::Result<()> {
        let id = self.random.uuid();
        let item = user(&mut self.random, &id);
        let (country, city) = (item.get("country").to_owned(), item.get("city").to_owned());
        self.put(Entity::User, item)?;
        let first = self.random.below(9_000_000);
        for number in 0..self.random.below(5) {
            let placed = self.random.between(1_577_836_800, 1_715_900_000);
            let reference = format!("W-{}-{:07}", &day_of(placed / 86_400)[..4], first + number);
            let order = order(&mut self.random, &id, &reference, placed, &country, &city);
            self.put(Entity::Order, order)?;
            for seq in 1..=self.random.below(4) {
                let event = event(&mut self.random, &id, &reference, seq, placed);
                self.put(Entity::Event, event)?;
            }
        }
        Ok(())
    }

    fn order_partition(&mut self) -> io::Result<()> {
        let id = self.random.uuid();
        let sold = self.random.between(1_577_836_800, 1_715_900_000);
        for position in 1..=self.random.between(1, 6) {
            let product = match self.random.one_in_thousand(300) {
                true => HOT_KEY.trim_start_matches("product#").to_owned(),
                false => format!("P-{:08}", self.random.between(2, self.all_products.max(3))),
            };
            let line = line(&mut self.random, &id, position, &product, sold);
            self.put(Entity::OrderLine, line)?;
        }
        Ok(())
    }

    fn product_partition(&mut self) -> io::Result<()> {
        self.products += 1;
        let id = format!("P-{:08}", self.products);
        let product = product(&mut self.random, &id);
        self.put(Entity::Product, product)
    }

    /// Writes an item, with a defect where one is due.
    fn put(&mut self, entity: Entity, mut item: Item) -> io::Result<()> {
        if self.left == 0 {
            return Ok(());
        }
        while let Some(stray) = self.defects.stray(&mut self.random) {
            self.put_unclassified(&stray.item, stray.shape)?;
            if self.left == 0 {
                return Ok(());
            }
        }
        rekey(entity, &mut item);
        let twice = self.defects.spoil(entity, &mut item, &mut self.random, &mut self.truth);
        self.put_as(entity, &item)?;
        if twice && self.left > 0 {
            item.set("version", whole(2));
            self.put_as(entity, &item)?;
            *self.truth.checks.entry(("duplicate-primary-key", "", "", "")).or_default() += 1;
        }
        Ok(())
    }

    fn put_as(&mut self, entity: Entity, item: &Item) -> io::Result<()> {
        let size = self.write(item)?;
        *self.truth.entities.entry(entity.name()).or_default() += 1;
        if item.get("gsi1_pk") == HOT_KEY {
            self.truth.hot_items += 1;
            self.truth.hot_bytes += size;
        }
        Ok(())
    }

    /// Writes an item that is of no entity, or of two.
    fn put_unclassified(&mut self, item: &Item, shape: Option<&'static str>) -> io::Result<()> {
        self.write(item)?;
        let check = if shape == Some("") { "ambiguous-item" } else { "unclassified-item" };
        *self.truth.checks.entry((check, "", "", "")).or_default() += 1;
        if let Some(shape) = shape.filter(|shape| !shape.is_empty()) {
            *self.truth.shapes.entry(shape).or_default() += 1;
        }
        Ok(())
    }

    fn write(&mut self, item: &Item) -> io::Result<u64> {
        let size = item.write(self.out)?;
        self.left -= 1;
        self.truth.items += 1;
        self.truth.bytes += size;
        Ok(size)
    }
}

/// Writes the keys of an item anew from its fields.
pub fn rekey(entity: Entity, item: &mut Item) {
    // The guide's dialect prints None of what is unset.
    let get = |name: &str| match item.0.iter().find(|(own, _)| *own == name) {
        Some((_, Value::Text(text))) => text.clone(),
        Some((_, Value::Number(number))) => number.to_string(),
        _ => "None".to_owned(),
    };
    let mut keys: Vec<(&'static str, String)> = Vec::new();
    match entity {
        Entity::User => {
            keys.push(("pk", format!("user#{}", get("id"))));
            keys.push(("sk", format!("user#{}", get("id"))));
            keys.push(("gsi1_pk", format!("email#{}", get("email"))));
            keys.push(("gsi1_sk", format!("user#{}", get("id"))));
            keys.push(("gsi2_pk", format!("country#{}#city#{}", get("country"), get("city"))));
            keys.push(("gsi2_sk", format!("lastname#{}#firstname#{}", get("last_name"), get("first_name"))));
        }
        Entity::Order => {
            keys.push(("pk", format!("user#{}", get("user_id"))));
            keys.push(("sk", format!("order#{}", get("reference"))));
            keys.push(("gsi1_pk", format!("order#{}", get("id"))));
            keys.push(("gsi1_sk", format!("order#{}", get("placed_at"))));
            keys.push(("gsi2_pk", format!("orders#{}", get("day"))));
            keys.push(("gsi2_sk", format!("total#{:0>10}#{}", get("total_cents"), get("id"))));
            if let Some((_, since)) = item.0.iter().find(|(own, _)| *own == "open_since").cloned() {
                keys.push(("gsi3_pk", format!("open#{}#day#{}", get("warehouse"), get("day"))));
                item.set("gsi3_sk", since);
            }
        }
        Entity::OrderLine => {
            keys.push(("pk", format!("order#{}", get("order_id"))));
            keys.push(("sk", format!("line#{:0>4}", get("position"))));
            keys.push(("gsi1_pk", format!("product#{}", get("product_id"))));
            keys.push(("gsi1_sk", format!("sold#{}#order#{}", get("sold_at"), get("order_id"))));
            keys.push(("lsi1_sk", format!("amount#{}", get("amount_cents"))));
        }
        Entity::Product => {
            keys.push(("pk", format!("product#{}", get("id"))));
            keys.push(("sk", format!("product#{}", get("id"))));
            keys.push(("gsi1_pk", format!("category#{}", get("category"))));
            keys.push(("gsi1_sk", format!("price#{:0>10}#product#{}", get("price_cents"), get("id"))));
            keys.push(("gsi2_pk", format!("brand#{}", get("brand"))));
            keys.push(("gsi2_sk", format!("name#{}", get("name"))));
        }
        Entity::Event => {
            keys.push(("pk", format!("user#{}", get("user_id"))));
            keys.push(("sk", format!("order#{}#event#{:0>6}", get("reference"), get("seq"))));
            keys.push(("gsi1_pk", format!("events#{}#day#{}", get("kind"), get("day"))));
            keys.push(("gsi1_sk", format!("{}#{}", get("at"), get("id"))));
        }
    }
    for (name, text) in keys {
        item.set_text(name, text);
    }
}

/// Places for the keys, which [`rekey`] fills.
fn keyed(names: &[&'static str]) -> Item {
    let mut item = Item::default();
    names.iter().for_each(|name| item.text(name, ""));
    item
}

pub fn user(random: &mut Random, id: &str) -> Item {
    let (country, city) = random.pick(&CITIES);
    let (first, last) = (random.pick(&FIRST), random.pick(&LAST));
    let created = random.between(1_420_070_400, 1_577_836_800);
    let plain = |name: &str| name.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect::<String>();
    let mut item = keyed(&["pk", "sk"]);
    item.text("id", id);
    item.text("email", format!("{}.{}{}@example.com", plain(first), plain(last), random.below(1 << 40)));
    item.text("first_name", first);
    item.text("last_name", last);
    for key in ["gsi1_pk", "gsi1_sk", "gsi2_pk", "gsi2_sk"] {
        item.text(key, "");
    }
    item.text("country", country);
    item.text("city", city);
    item.text("created", time_of(created));
    item.other("is_verified", Value::Bool(random.one_in_thousand(900)));
    item.other("phone", if random.one_in_thousand(300) { Value::Null } else { digits(random, "+49 ", 10) });
    item.other(
        "address",
        Value::Map(vec![
            ("street", Value::Text(format!("{} {}", random.pick(&STREETS), random.between(1, 200)))),
            ("postcode", digits(random, "", 5)),
            ("note", Value::Text(random.prose(6))),
        ]),
    );
    item.other("roles", Value::Texts(vec!["customer".to_owned(), random.pick(&["basic", "plus", "trade"]).to_owned()]));
    item.text("_type", "User");
    item
}

fn digits(random: &mut Random, before: &str, count: usize) -> Value {
    let end = 10_u64.pow(u32::try_from(count).unwrap());
    Value::Text(format!("{before}{:0count$}", random.below(end)))
}

fn order(random: &mut Random, user: &str, reference: &str, placed: u64, country: &str, city: &str) -> Item {
    let total = random.between(500, 90_000);
    let mut item = keyed(&["pk", "sk", "gsi1_pk", "gsi1_sk"]);
    item.text("id", random.uuid());
    item.text("user_id", user);
    item.text("reference", reference);
    item.text("placed_at", time_of(placed));
    item.text("day", day_of(placed / 86_400));
    item.number("total_cents", total);
    item.number("tax_cents", total * 19 / 119);
    item.text("gsi2_pk", "");
    item.text("gsi2_sk", "");
    item.text("warehouse", random.pick(&["BER1", "BER2", "HAM1", "MUC1", "CGN1", "RTM1", "LYS1", "WAW1"]));
    if random.one_in_thousand(60) {
        item.number("open_since", placed);
    }
    item.other(
        "ship_to",
        Value::Map(vec![
            ("street", Value::Text(format!("{} {}", random.pick(&STREETS), random.between(1, 200)))),
            ("city", Value::Text(city.to_owned())),
            ("country", Value::Text(country.to_owned())),
        ]),
    );
    item.text("note", random.prose(5));
    item.text("_type", "Order");
    item
}

fn line(random: &mut Random, order: &str, position: u64, product: &str, sold: u64) -> Item {
    let quantity = random.between(1, 5);
    let mut item = keyed(&["pk", "sk", "gsi1_pk", "gsi1_sk", "lsi1_sk"]);
    item.text("order_id", order);
    item.number("position", position);
    item.text("product_id", product);
    item.text("title", random.prose(6));
    item.text("sold_at", time_of(sold));
    item.number("amount_cents", random.between(1000, 10_000));
    item.number("quantity", quantity);
    let options = ["colour", "size"].map(|name| {
        Value::Map(vec![
            ("name", Value::Text(name.to_owned())),
            ("value", Value::Text(random.pick(&["S", "M", "L", "blue", "green", "dark red", "ivory"]).to_owned())),
        ])
    });
    item.other("options", Value::List(options.to_vec()));
    item.other("is_gift", Value::Bool(random.one_in_thousand(50)));
    item.text("batch", random.hex(24));
    item.text("_type", "OrderLine");
    item
}

fn product(random: &mut Random, id: &str) -> Item {
    let (size, thing) = (random.between(10, 99), random.pick(&THINGS));
    // A few names have an escape in JSON.
    let inches = if random.one_in_thousand(20) { "\"" } else { " cm" };
    let mut item = keyed(&["pk", "sk"]);
    item.text("id", id);
    item.text("name", format!("{thing}, {size}{inches}, no. {}", random.below(10_000)));
    item.text("brand", format!("{} {}", random.pick(&LAST), random.between(10, 40)));
    item.text("category", format!("{}.{}", random.pick(&ROOMS), random.pick(&KINDS)));
    item.number("price_cents", random.between(99, 500_000));
    for key in ["gsi1_pk", "gsi1_sk", "gsi2_pk", "gsi2_sk"] {
        item.text(key, "");
    }
    item.text("updated", time_of(random.between(1_577_836_800, 1_715_900_000)));
    item.text("description", random.prose(20));
    item.other(
        "stock",
        Value::Map(vec![("BER1", whole(random.below(500))), ("HAM1", whole(random.below(500))), ("MUC1", whole(0))]),
    );
    item.text("_type", "Product");
    item
}

fn event(random: &mut Random, user: &str, reference: &str, seq: u64, placed: u64) -> Item {
    let at = placed + seq * 40_000 + random.below(30_000);
    let kinds = ["placed", "paid", "packed", "shipped", "delivered", "returned"];
    let mut item = keyed(&["pk", "sk", "gsi1_pk", "gsi1_sk"]);
    item.text("id", random.uuid());
    item.text("user_id", user);
    item.text("reference", reference);
    item.number("seq", seq);
    item.text("kind", random.pick(&kinds));
    item.text("day", day_of(at / 86_400));
    item.text("at", time_of(at));
    item.other(
        "payload",
        Value::Map(vec![
            ("source", Value::Text(random.pick(&["web", "app", "carrier", "backoffice"]).to_owned())),
            ("request", Value::Text(random.hex(32))),
            ("message", Value::Text(random.prose(8))),
            ("retries", whole(random.below(3))),
        ]),
    );
    item.number("expires", at + 31_536_000);
    item.text("_type", "Event");
    item
}

/// An item that no model has, of another shape for every number.
fn unknown(random: &mut Random, number: u64) -> Item {
    let mut word = String::new();
    let mut rest = number;
    for _ in 0..6 {
        word.push(char::from(b'a' + u8::try_from(rest % 26).unwrap()));
        rest /= 26;
    }
    let mut item = Item::default();
    item.text("pk", format!("{word}#{}", random.uuid()));
    item.text("sk", format!("{word}#{}#kind-{word}#{}", random.uuid(), random.below(1000)));
    item.text("text", random.prose(10));
    item
}

#[rustfmt::skip]
const CITIES: [(&str, &str); 40] = [
    ("DE", "Berlin"), ("DE", "Hamburg"), ("DE", "Munich"), ("DE", "Leipzig"), ("DE", "Bremen"), ("DE", "Dresden"),
    ("DE", "Stuttgart"), ("DE", "Essen"), ("DE", "Köln"), ("AT", "Vienna"), ("AT", "Graz"), ("CH", "Bern"),
    ("CH", "Basel"), ("CH", "Zürich"), ("FR", "Paris"), ("FR", "Lyon"), ("FR", "Nantes"), ("FR", "Lille"),
    ("NL", "Utrecht"), ("NL", "Rotterdam"), ("NL", "Delft"), ("BE", "Ghent"), ("BE", "Antwerp"), ("DK", "Aarhus"),
    ("DK", "Odense"), ("SE", "Stockholm"), ("SE", "Uppsala"), ("SE", "Lund"), ("NO", "Oslo"), ("NO", "Bergen"),
    ("PL", "Warsaw"), ("PL", "Gdansk"), ("CZ", "Prague"), ("CZ", "Brno"), ("IT", "Milan"), ("IT", "Turin"),
    ("ES", "Madrid"), ("ES", "Bilbao"), ("PT", "Porto"), ("IE", "Cork"),
];

#[rustfmt::skip]
const STREETS: [&str; 12] = [
    "Hauptstraße", "Station Road", "Rue de la Gare", "Lindenweg", "Mill Lane", "Via Roma", "Kirchgasse",
    "Main Street", "Kungsgatan", "Calle Mayor", "Am Markt", "Bahnhofstraße",
];

#[rustfmt::skip]
const FIRST: [&str; 40] = [
    "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Klara", "Leon", "Mia",
    "Noah", "Olivia", "Paul", "Quentin", "Rosa", "Samuel", "Tilda", "Ulrich", "Vera", "Walter", "Xenia", "Yusuf",
    "Zoe", "Lars", "Ingrid", "Pierre", "Chloé", "Marta", "Jan", "Tom", "Lucy", "Mary Jane", "Oscar", "Nina",
    "Karl", "Jürgen", "Eva",
];

#[rustfmt::skip]
const LAST: [&str; 40] = [
    "Smith", "Weber", "Fischer", "Schneider", "Meyer", "Wagner", "Becker", "Hoffmann", "Koch", "Richter", "Klein",
    "Wolf", "Jansen", "de Vries", "van den Berg", "Bakker", "Visser", "Martin", "Bernard", "Dubois", "Thomas",
    "Robert", "Petit", "Rossi", "Russo", "Ferrari", "Larsen", "Hansen", "Nilsson", "Karlsson", "Nowak", "Kowalski",
    "Svoboda", "O'Brien", "Murphy", "Kelly", "Silva", "Müller", "García", "Jones-Lee",
];

#[rustfmt::skip]
const THINGS: [&str; 16] = [
    "Oak table", "Desk lamp", "Wool rug", "Steel pan", "Garden chair", "Wall clock", "Linen pillow", "Monitor arm",
    "Book shelf", "Glass vase", "Tool box", "Bread knife", "Tea kettle", "Coat rack", "Picture frame", "Floor mat",
];

const ROOMS: [&str; 10] =
    ["kitchen", "garden", "office", "bath", "bedroom", "living", "hall", "cellar", "nursery", "workshop"];

#[rustfmt::skip]
const KINDS: [&str; 30] = [
    "tables", "chairs", "lamps", "rugs", "pans", "knives", "clocks", "pillows", "arms", "shelves", "vases",
    "boxes", "kettles", "racks", "frames", "mats", "towels", "bins", "hooks", "mirrors", "plants", "tools",
    "covers", "candles", "baskets", "blankets", "curtains", "drawers", "desks", "benches",
];
