//! What an audit counts.

use serde::{Deserialize, Serialize};

/// A kind of defect. Its name is the name of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// A part of a key says `None` or the like.
    PlaceholderInKey,
    /// A key ends before its last parts.
    TruncatedKey,
    /// A blank value left an empty part.
    BlankKeyPart,
    /// No model has keys of these shapes.
    UnclassifiedItem,
    /// Several models have.
    AmbiguousItem,
    /// The stored key is not the one that the model writes.
    StaleKey,
    /// The key has a field that the item does not store.
    FieldNotStored,
    /// The item lacks the keys of an index that the model writes.
    MissingIndexKey,
    /// The item has a key of an index that the model does not write.
    LeftoverIndexKey,
    /// The item has one half of an index's key.
    HalfIndexKey,
    /// The stored key differs by case alone.
    CaseVariantKey,
    /// The value of a field holds the delimiter.
    DelimiterInValue,
    /// The key says another value than the field, since mapping changed it.
    LossyCoercion,
    /// The stored key is not of the key's type.
    WrongKeyType,
    /// The key has nearly as many bytes as DynamoDB takes.
    KeyNearLimit,
    /// The item has.
    ItemNearLimit,
    /// Numbers of several widths in one part.
    MisSortedNumber,
    /// Times in several formats in one part.
    MixedTimeFormats,
    /// Times in a format that does not sort by time.
    UnsortableTime,
    /// DynamoDB deletes nothing by the item's time to live.
    TtlNotEpochSeconds,
    /// Controls, white space at an end, text that is not NFC.
    OddCharacters,
    /// Two items have one primary key.
    DuplicatePrimaryKey,
    /// A partition that holds much of an index.
    HotPartition,
    /// An item collection near its largest size.
    LargeCollection,
}

impl Defect {
    /// Every one, in the order of reports.
    pub const ALL: [Self; 24] = [
        Self::PlaceholderInKey,
        Self::TruncatedKey,
        Self::BlankKeyPart,
        Self::UnclassifiedItem,
        Self::AmbiguousItem,
        Self::StaleKey,
        Self::FieldNotStored,
        Self::MissingIndexKey,
        Self::LeftoverIndexKey,
        Self::HalfIndexKey,
        Self::CaseVariantKey,
        Self::DelimiterInValue,
        Self::LossyCoercion,
        Self::WrongKeyType,
        Self::KeyNearLimit,
        Self::ItemNearLimit,
        Self::MisSortedNumber,
        Self::MixedTimeFormats,
        Self::UnsortableTime,
        Self::TtlNotEpochSeconds,
        Self::OddCharacters,
        Self::DuplicatePrimaryKey,
        Self::HotPartition,
        Self::LargeCollection,
    ];

    /// True of one that an item has by itself; the others show when all items are counted.
    pub const fn is_of_item(self) -> bool {
        !matches!(
            self,
            Self::FieldNotStored
                | Self::MisSortedNumber
                | Self::MixedTimeFormats
                | Self::UnsortableTime
                | Self::HotPartition
                | Self::LargeCollection
        )
    }

    /// The name of its rule.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PlaceholderInKey => "placeholder-in-key",
            Self::TruncatedKey => "truncated-key",
            Self::BlankKeyPart => "blank-key-part",
            Self::UnclassifiedItem => "unclassified-item",
            Self::AmbiguousItem => "ambiguous-item",
            Self::StaleKey => "stale-key",
            Self::FieldNotStored => "field-not-stored",
            Self::MissingIndexKey => "missing-index-key",
            Self::LeftoverIndexKey => "leftover-index-key",
            Self::HalfIndexKey => "half-index-key",
            Self::CaseVariantKey => "case-variant-key",
            Self::DelimiterInValue => "delimiter-in-value",
            Self::LossyCoercion => "lossy-coercion",
            Self::WrongKeyType => "wrong-key-type",
            Self::KeyNearLimit => "key-near-limit",
            Self::ItemNearLimit => "item-near-limit",
            Self::MisSortedNumber => "mis-sorted-number",
            Self::MixedTimeFormats => "mixed-time-formats",
            Self::UnsortableTime => "unsortable-time",
            Self::TtlNotEpochSeconds => "ttl-not-epoch-seconds",
            Self::OddCharacters => "odd-characters",
            Self::DuplicatePrimaryKey => "duplicate-primary-key",
            Self::HotPartition => "hot-partition",
            Self::LargeCollection => "large-collection",
        }
    }
}
