//! The rules: each is data, one file a rule, listed in one table. They know models, keys and fields; they read nothing.

mod collision;
mod design;
mod finding;
mod housekeeping;
mod indexes;
mod items;
mod keys;
mod language;
mod names;
mod naming;
mod patterns;
mod shares;
mod stored;
mod tables;
mod types;

use crate::audit::Defect;

pub use collision::same;
pub use design::{Design, Entity, Entries, KeyOf, Scenario, TableFacts, TableIndex, Values};
pub use finding::{DesignFinding, DesignFindings, Edit, Fix, Place, Related, Safety, Witness, WitnessItem};
pub use housekeeping::{unknown_rule, unreadable_model, unused_ignore};
pub use items::{
    Finding, Findings, FoundKey, ItemContext, KeyView, Mistake, Scope, check_item, mistake, never_filled_in,
};
pub use language::Meet;
pub use naming::{Naming, Preset};
pub use shares::Shares;
pub use tables::{TableFinding, TableFindings, check_description};

use crate::source::TableDescription;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// The level of its findings unless the configuration says otherwise.
    pub level: DefaultLevel,
    /// What it is about.
    pub group: Group,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Its page: what it finds, why it matters, an example, how to fix it, when to ignore it. Markdown.
    pub doc: &'static str,
    /// How it finds it.
    pub checks: &'static [Check],
}

/// How a rule looks at what it is about.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// At the keys of one item, in `explain`.
    Item(fn(&ItemContext<'_, '_>, &mut Findings)),
    /// At one entity of a design, in `lint`.
    Entity(fn(&Design, &Entity, &mut DesignFindings)),
    /// At all entities of a table together, in `lint`.
    Table(fn(&Design, &mut DesignFindings)),
    /// At all entities of a table and the table as DynamoDB describes it, in `audit`.
    Description(fn(&Design, &TableDescription, &mut TableFindings)),
    /// In what is stored, in `audit`: these are counted.
    Audit(Defect),
    /// It is found while a model is read, as a problem of this name.
    Reading,
    /// The run itself finds it: ignores that match nothing, names that no rule has.
    Run,
}

/// What rules are about; the headings of their list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The keys of items.
    Items,
    /// How keys are built.
    Keys,
    /// Names of indexes and attributes.
    Names,
    /// Types of keys and fields.
    Types,
    /// Indexes.
    Indexes,
    /// Access patterns.
    Patterns,
    /// What is stored in a table.
    Audit,
    /// The run itself.
    Housekeeping,
}

impl Group {
    /// Every group, in order.
    pub const ALL: [Self; 8] = [
        Self::Items,
        Self::Keys,
        Self::Names,
        Self::Types,
        Self::Indexes,
        Self::Patterns,
        Self::Audit,
        Self::Housekeeping,
    ];

    /// Its name, in kebab case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Keys => "keys",
            Self::Names => "names",
            Self::Types => "types",
            Self::Indexes => "indexes",
            Self::Patterns => "access-patterns",
            Self::Audit => "audit",
            Self::Housekeeping => "housekeeping",
        }
    }

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Items => "The keys of items",
            Self::Keys => "Keys",
            Self::Names => "Names",
            Self::Types => "Types",
            Self::Indexes => "Indexes",
            Self::Patterns => "Access patterns",
            Self::Audit => "The keys in a table",
            Self::Housekeeping => "Housekeeping",
        }
    }
}

/// The level that a rule has of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultLevel {
    /// Wrong.
    Error,
    /// Probably wrong.
    Warning,
    /// Worth knowing.
    Info,
}

impl Rule {
    /// True of a rule about the keys of items.
    pub fn is_about_items(&self) -> bool {
        self.checks.iter().any(|check| matches!(check, Check::Item(_)))
    }

    /// True of a rule about the table as DynamoDB describes it.
    pub fn is_about_descriptions(&self) -> bool {
        self.checks.iter().any(|check| matches!(check, Check::Description(_)))
    }

    /// True of a rule about designs.
    pub fn is_about_designs(&self) -> bool {
        let is_of_audit = |check: &Check| matches!(check, Check::Item(_) | Check::Audit(_) | Check::Description(_));
        self.checks.iter().any(|check| !is_of_audit(check))
    }

    /// True of a rule about a table: about what is stored in it, or about the table itself.
    pub fn is_about_tables(&self) -> bool {
        self.checks.iter().any(|check| matches!(check, Check::Audit(_) | Check::Description(_)))
    }
}

/// The rule of a name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

/// The rule of a kind of defect.
pub fn of_defect(defect: Defect) -> Option<&'static Rule> {
    let counts = |check: &Check| matches!(check, Check::Audit(own) if *own == defect);
    RULES.iter().copied().find(|rule| rule.checks.iter().any(counts))
}

/// What every rule finds in a design, in the order of the rules.
pub fn check_design(design: &Design) -> Vec<DesignFinding> {
    let mut findings = DesignFindings::default();
    for rule in RULES {
        for check in rule.checks {
            match check {
                Check::Entity(check) => {
                    design.entities.iter().for_each(|entity| check(design, entity, &mut findings));
                }
                Check::Table(check) => check(design, &mut findings),
                Check::Item(_) | Check::Audit(_) | Check::Description(_) | Check::Reading | Check::Run => {}
            }
        }
    }
    findings.all
}

/// Every rule; those about items in the order in which their findings are shown.
pub const RULES: &[&Rule] = &[
    &items::key_not_built::RULE,
    &items::placeholder_in_key::RULE,
    &items::truncated_key::RULE,
    &keys::empty_key::RULE,
    &items::blank_key_part::RULE,
    &items::wrong_key_type::RULE,
    &keys::key_too_long::RULE,
    &items::delimiter_in_value::RULE,
    &items::lossy_coercion::RULE,
    &items::dropped_field::RULE,
    // Keys
    &keys::identical_keys::RULE,
    &keys::overlapping_keys::RULE,
    &keys::ambiguous_key::RULE,
    &keys::unset_field_in_primary_key::RULE,
    &keys::unset_field_in_index_key::RULE,
    &keys::half_index_key::RULE,
    &keys::dangling_delimiter::RULE,
    &keys::none_prefix::RULE,
    &keys::eager_key::RULE,
    &keys::missing_entity_prefix::RULE,
    &keys::unbounded_key::RULE,
    &keys::case_fold_on_opaque_id::RULE,
    &keys::inconsistent_case::RULE,
    &keys::unpadded_number::RULE,
    &keys::padding_too_narrow::RULE,
    &keys::unsortable_time::RULE,
    &keys::mixed_time_formats::RULE,
    &keys::time_only_sort_key::RULE,
    &keys::lossy_default::RULE,
    &keys::unknown_field::RULE,
    &keys::unterminated_prefix::RULE,
    &keys::open_ended_prefix::RULE,
    &keys::zero_taken_for_unset::RULE,
    // Names
    &names::index_naming::RULE,
    &names::key_attribute_naming::RULE,
    &names::index_gap::RULE,
    &names::invalid_index_name::RULE,
    &names::key_attribute_name_too_long::RULE,
    &names::reserved_word::RULE,
    &names::inconsistent_prefix_case::RULE,
    &names::inconsistent_delimiter::RULE,
    &names::key_attribute_shadows_field::RULE,
    // Types
    &types::key_type_not_scalar::RULE,
    &types::text_in_number_key::RULE,
    &types::key_type_conflict::RULE,
    &types::ttl_not_epoch_seconds::RULE,
    // Indexes
    &indexes::missing_primary::RULE,
    &indexes::index_attribute_reused::RULE,
    &indexes::undocumented_index::RULE,
    &indexes::untyped_attribute::RULE,
    &indexes::constant_partition_key::RULE,
    &indexes::low_cardinality_partition_key::RULE,
    &indexes::time_bucket_partition_key::RULE,
    &indexes::duplicate_index::RULE,
    &indexes::unused_index::RULE,
    &indexes::too_many_indexes::RULE,
    &indexes::projection_misses_field::RULE,
    &indexes::lsi_collection_risk::RULE,
    &indexes::mutable_field_in_primary_key::RULE,
    &indexes::multi_attribute_key_invalid::RULE,
    // Access patterns
    &patterns::pattern_index_unknown::RULE,
    &patterns::pattern_needs_scan::RULE,
    &patterns::sort_prefix_not_leftmost::RULE,
    &patterns::prefix_returns_other_entities::RULE,
    &patterns::between_excludes_upper::RULE,
    &patterns::range_reads_nothing::RULE,
    // Tables
    &tables::table_index_missing::RULE,
    &tables::table_key_mismatch::RULE,
    &tables::table_type_mismatch::RULE,
    &tables::table_projection_mismatch::RULE,
    &tables::table_index_unmodelled::RULE,
    // The keys in a table
    &stored::unclassified_item::RULE,
    &stored::ambiguous_item::RULE,
    &stored::stale_key::RULE,
    &stored::field_not_stored::RULE,
    &stored::missing_index_key::RULE,
    &stored::leftover_index_key::RULE,
    &stored::case_variant_key::RULE,
    &stored::key_near_limit::RULE,
    &stored::item_near_limit::RULE,
    &stored::mis_sorted_number::RULE,
    &stored::odd_characters::RULE,
    &stored::duplicate_primary_key::RULE,
    &stored::hot_partition::RULE,
    &stored::large_collection::RULE,
    // Housekeeping
    &housekeeping::UNREADABLE_MODEL,
    &housekeeping::UNUSED_IGNORE,
    &housekeeping::UNKNOWN_RULE,
    // What the others left open is known when they are done.
    &housekeeping::undecided::RULE,
];
