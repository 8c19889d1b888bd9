//! The stores that break the contract, and those that only look as if they did.

use slotlink::testkit::conformance::{Clause, StoreBuilder};

use super::changes::{self, Operations};
use super::commits::{
    self, AtOnce, EachNth, LooksFirst, LooksFirstAtMany, RemembersIds, RowByRow, TriesAgain,
};
use super::defect::{Nothing, With};
use super::dropped::{Call, Halves, Leaks};
use super::keys::{self, Rekeyed};
use super::reads::{self, Caches, Reads, ShowsDeleted, Stale};
use super::scans::{self, Lags, NeverForgets, Scans};
use super::versions::{self, Renumbered};

/// A store with a defect.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) store: Box<dyn StoreBuilder>,
    /// The case that is there to find it.
    pub(crate) case: &'static str,
    /// Clauses that break with it.
    pub(crate) also: &'static [Clause],
}

macro_rules! broken {
    ($($store:expr => $case:ident $(, $also:ident)*;)+) => {
        vec![$(Entry {
            name: stringify!($store),
            store: Box::new(With(|| $store)),
            case: stringify!($case),
            also: &[$(Clause::$also),*],
        }),+]
    };
}

macro_rules! sound {
    ($($store:expr;)+) => {
        vec![$((stringify!($store), Box::new(With(|| $store)) as Box<dyn StoreBuilder>)),+]
    };
}

/// Each with the case that has to find it, and the clauses that break besides.
pub(crate) fn broken() -> Vec<Entry> {
    let mut all = commits();
    all.extend(answers());
    all.extend(reads());
    all.extend(scans());
    all.extend(kept());
    all
}

fn commits() -> Vec<Entry> {
    broken![
        AtOnce(commits::applies_what_comes_before) => one_broken_expectation_stops_the_whole_set, St2, St4, St5;
        AtOnce(commits::applies_what_is_as_expected) => one_broken_expectation_stops_the_whole_set, St2, St4, St5;
        Operations(changes::deletes_whatever_is_there) => one_broken_expectation_stops_the_whole_set, St3, St4;
        AtOnce(commits::applies_sixty_four) => the_most_operations_are_whole, St6, St9;
        AtOnce(commits::checks_twenty_five) => the_most_operations_are_stopped_whole;
        Stale::but_for(2) => what_is_committed_is_seen_by_instances_opened_later, St2, St3, St5;
        Operations(changes::ignores_checks) => two_do_not_change_what_the_other_checks, St1, St3, St4;
        Operations(changes::ignores_checks_of_absence) => two_do_not_make_what_the_other_checks_to_be_absent, St1, St4;
        Operations(changes::puts_over_other_versions) => no_increment_is_lost, St1, St3, St4;
        Operations(changes::puts_over_what_is_there) => one_of_two_makes_a_row, St1, St4, St5, St7;
        LooksFirst(commits::at_all) => no_increment_is_lost, St5;
        LooksFirst(commits::at_what_is_new) => one_of_two_makes_a_row, St5;
        LooksFirst(commits::at_checks) => one_changes_what_the_other_makes_only_if_absent;
        LooksFirst(commits::at_absence) => two_do_not_make_what_the_other_checks_to_be_absent;
        LooksFirstAtMany => a_history_of_clients_has_an_order;
        RowByRow => nobody_commits_over_half_a_change, St7;
        Renumbered::by(versions::is_the_second) => a_row_that_is_put_again_has_a_new_version, St1, St2, St4, St8;
        Renumbered::by(versions::hashes_the_row) => a_row_that_is_put_again_has_a_new_version, St8;
        Renumbered::by(versions::counts_from_one_when_made_anew) => a_row_that_is_made_anew_has_a_new_version, St8;
        Operations(changes::expects_a_version_at_least) => what_was_expected_before_conflicts_after, St1, St2, St4;
        Renumbered::by(versions::counts_by_instance) => versions_do_not_repeat_across_instances;
    ]
}

fn answers() -> Vec<Entry> {
    broken![
        AtOnce(commits::names_all_keys) => a_conflict_names_what_was_not_as_expected, St5;
        AtOnce(commits::names_no_key) => a_conflict_names_what_was_not_as_expected, St5;
        AtOnce(commits::names_the_first_key) => a_conflict_names_what_was_not_as_expected, St5;
        AtOnce(commits::applies_conflicts) => what_conflicts_is_not_applied, St1, St2, St3, St5, St7;
        AtOnce(commits::says_committed_of_conflicts) => what_conflicts_is_not_applied, St1, St2, St3, St5, St7;
        TriesAgain::default() => what_conflicts_is_not_applied_later, St2;
        EachNth::of(5, commits::is_lost) => what_is_committed_is_applied, St1, St2, St3, St5, St6, St7, St8, St9;
        EachNth::of(7, commits::fails_though_applied) => what_is_committed_is_applied, St1, St2, St3, St5, St6, St7, St8, St9;
        AtOnce(commits::never_knows) => what_is_committed_is_applied, St1, St2, St3, St5, St6, St7, St8, St9;
        RemembersIds::default() => what_is_sent_again_conflicts_and_changes_nothing, St7;
        Operations(changes::leaves_out_receipts) => what_is_sent_again_conflicts_and_changes_nothing, St1, St7, St9;
        Operations(changes::puts_over_receipts) => only_the_receipt_stops_what_could_be_applied_again;
        Operations(changes::checks_by_writing) => what_is_sent_twice_at_once_is_applied_once, St9;
        Halves::default() => a_dropped_commit_is_whole_or_nothing, St2, St5;
        Halves::backwards() => a_dropped_commit_is_whole_or_nothing, St2, St5;
        Leaks::of(8, Call::Commit) => many_dropped_at_once_exhaust_nothing;
        Leaks::of(8, Call::Get) => many_dropped_at_once_exhaust_nothing;
        Leaks::of(8, Call::Scan) => many_dropped_at_once_exhaust_nothing;
        Leaks::of(1, Call::Commit) => a_dropped_commit_is_whole_or_nothing;
        Leaks::of(1, Call::Get) => a_dropped_read_is_harmless;
        Leaks::of(1, Call::Scan) => a_dropped_read_is_harmless;
    ]
}

fn reads() -> Vec<Entry> {
    broken![
        Reads(reads::in_key_order) => rows_come_in_the_order_of_the_keys, St1, St4, St5, St9;
        Reads(reads::what_is_there_only) => rows_come_in_the_order_of_the_keys, St1, St2, St3, St4, St5, St7, St8, St9;
        Reads(reads::each_key_once) => a_key_asked_for_twice_is_answered_twice;
        Reads(reads::some_key_at_least) => no_keys_have_no_rows, St2;
        Reads(reads::a_hundred_keys) => hundreds_of_keys_are_answered_at_once;
        Reads(reads::one_version_for_all) => the_version_read_is_the_one_to_expect, St1, St2;
        Reads(reads::never) => what_one_instance_wrote_the_other_reads, St1, St2, St3, St4, St5, St7, St8, St9;
        Stale::but_for(1) => what_one_instance_wrote_the_other_reads, St1, St2, St3, St4, St5, St7, St8, St9;
        Caches::default() => what_one_instance_wrote_the_other_reads, St1, St2, St3, St7, St9;
        ShowsDeleted::default() => what_is_absent_is_none, St1, St3, St4, St5, St7, St9;
        Rekeyed(keys::has_no_case) => what_is_absent_is_none, St3, St7, St8, St9;
        Rekeyed(keys::is_joined) => what_is_absent_is_none, St4, St5, St8, St9;
        Rekeyed(keys::has_no_realm) => what_is_absent_is_none, St4, St5, St8, St9;
    ]
}

fn scans() -> Vec<Entry> {
    broken![
        Scans::finding(scans::nothing) => a_range_ends_while_others_write;
        Scans::finding(scans::all_but_the_first) => a_due_scan_ends_while_others_write;
        Scans::finding(scans::the_end_too) => a_range_is_sorted_and_leaves_out_its_end;
        Scans::finding(scans::either_way_round) => an_empty_range_has_no_rows;
        Scans::finding(scans::partitions_by_prefix) => a_range_stays_in_its_partition_and_realm;
        Scans::finding(scans::backwards) => a_range_is_sorted_and_leaves_out_its_end;
        Scans::finding(scans::without_versions) => a_version_found_by_range_is_the_one_to_expect;
        Scans::finding(scans::by_key_only) => due_rows_are_sorted_by_their_instant;
        Scans::finding(scans::from_1970_on) => due_rows_are_sorted_by_their_instant;
        Scans::finding(scans::whatever_is_due_ever) => the_last_instant_is_due_the_next_is_not;
        Scans::finding(scans::what_was_due_before) => the_last_instant_is_due_the_next_is_not;
        Scans::finding(scans::other_realms) => due_rows_are_of_the_realm;
        Scans::finding(scans::one_of_an_instant) => rows_of_one_instant_come_once_each;
        Scans::cutting(scans::misses_one_between_pages) => rows_of_one_instant_come_once_each;
        Scans::cutting(scans::repeats_one_between_pages) => rows_of_one_instant_come_once_each;
        Scans::cutting(scans::ends_with_a_full_page) => a_range_is_sorted_and_leaves_out_its_end;
        Scans::cutting(scans::has_no_limit) => a_range_is_sorted_and_leaves_out_its_end;
        Scans::cutting(scans::begins_anew) => a_range_ends_while_others_write, St7;
        Scans::cutting(scans::has_empty_pages) => a_range_is_sorted_and_leaves_out_its_end, St7;
        Operations(changes::has_no_instants) => a_due_scan_ends_while_others_write, St9;
        NeverForgets::default() => a_row_whose_instant_changes_is_found_there_only;
        Lags::without_deletes() => a_range_shows_what_became_of_rows;
        Lags::for_ever() => a_version_found_by_instant_is_the_one_to_expect;
    ]
}

fn kept() -> Vec<Entry> {
    broken![
        Rekeyed(keys::ends_at_zero) => keys_are_of_any_bytes, St1, St2, St3, St4, St5, St6, St7, St8;
        Rekeyed(keys::is_text) => keys_are_of_any_bytes, St3, St7, St8;
        Rekeyed(keys::ends_at_255_bytes) => keys_are_long;
        Rekeyed(keys::trims_the_realm) => realms_are_of_any_text;
        Operations(changes::normalises_json) => rows_are_of_any_bytes;
        Operations(changes::keeps_text_only) => rows_are_of_any_bytes;
        Operations(changes::keeps_a_byte_of_the_schema) => every_schema_version_is_kept;
        Operations(changes::knows_no_instant_before_1970) => instants_are_kept_to_the_second, St8;
        Operations(changes::counts_seconds_in_32_bits) => instants_are_kept_to_the_second;
        Operations(changes::cuts_rows_at_32_kib) => the_longest_row_is_kept;
        AtOnce(commits::leaves_out_large_changes) => the_longest_change_set_is_kept;
        Operations(changes::finds_nothing_to_delete) => operations_that_change_nothing_are_committed;
    ]
}

/// What the contract allows: scans that lag, an empty last page, outcomes in doubt, faults.
pub(crate) fn sound() -> Vec<(&'static str, Box<dyn StoreBuilder>)> {
    sound![
        Nothing;
        Lags::and_catches_up();
        Scans::cutting(scans::ends_with_an_empty_page);
        EachNth::of(3, commits::is_unknown);
        EachNth::of(3, commits::is_applied_but_unknown);
        EachNth::of(3, commits::fails);
    ]
}
