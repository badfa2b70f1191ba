//! The names of the attributes that are wanted, and their numbers.

/// The names of the attributes that are wanted.
#[derive(Clone, Debug)]
pub struct Names {
    names: Vec<Box<str>>,
    /// The first name of each hash, and the next of the same one; from 1, 0 is none.
    first: Vec<u16>,
    next: Vec<u16>,
}

/// True of a name that makes an object a response or a wrapped item, alone or among others.
#[inline]
pub(super) fn is_of_response(name: &[u8]) -> bool {
    matches!(
        name,
        b"Items" | b"Item" | b"Responses" | b"Attributes" | b"ResponseMetadata" | b"$metadata" | b"ScannedCount"
    )
}

const BUCKETS: usize = 256;

fn bucket(name: &[u8]) -> usize {
    let (Some(first), Some(last)) = (name.first(), name.last()) else { return 0 };
    let middle = name[name.len() / 2];
    let mixed = name.len() * 7 + usize::from(*first) * 31 + usize::from(*last) * 131 + usize::from(middle) * 17;
    mixed % BUCKETS
}

impl Names {
    /// These names, each once; their numbers are their places in the list.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut all = Self { names: Vec::new(), first: vec![0; BUCKETS], next: Vec::new() };
        for name in names {
            if all.find(name.as_bytes()).is_none() && all.names.len() < usize::from(u16::MAX) - 1 {
                let first = &mut all.first[bucket(name.as_bytes())];
                all.next.push(*first);
                all.names.push(name.into());
                *first = u16::try_from(all.names.len()).unwrap_or_default();
            }
        }
        all
    }

    /// The number of a name.
    pub fn find(&self, name: &[u8]) -> Option<usize> {
        let mut at = usize::from(self.first[bucket(name)]);
        while at > 0 {
            if self.names[at - 1].as_bytes() == name {
                return Some(at - 1);
            }
            at = usize::from(self.next[at - 1]);
        }
        None
    }

    /// The name of a number.
    pub fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", |name| name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Every name, in the order of the numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }
}
