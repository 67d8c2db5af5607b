//! What holds over every store: each claim takes a way to open contexts under a policy, and is a test of its own over each.

mod keeping;
mod lineages;
mod syncing;
mod writing;

use crate::simulated::Simulated;
use crate::simulated_database::SimulatedDatabase;

/// Makes each claim a test over each store.
macro_rules! over_each_store {
    ($($claims:ident: $($claim:ident),* $(,)?;)*) => {
        mod in_memory {
            $(mod $claims { $(#[test] fn $claim() {
                crate::executor::block_on(crate::suite::$claims::$claim(&crate::subject::memory));
            })* })*
        }
        over_each_store!(through_one_engine behind Simulated One $($claims: $($claim),*;)*);
        over_each_store!(through_several_engines behind Simulated Several $($claims: $($claim),*;)*);
        over_each_store!(through_new_engines behind Simulated New $($claims: $($claim),*;)*);
        over_each_store!(through_one_tab stored SimulatedDatabase One $($claims: $($claim),*;)*);
        over_each_store!(through_several_tabs stored SimulatedDatabase Several $($claims: $($claim),*;)*);
        over_each_store!(through_new_tabs stored SimulatedDatabase New $($claims: $($claim),*;)*);
    };
    ($store:ident $subject:ident $simulated:ident $through:ident $($claims:ident: $($claim:ident),*;)*) => {
        mod $store {
            $(mod $claims { $(#[test] fn $claim() {
                for seed in 0..4 {
                    let open = move |policy| crate::subject::$subject(
                        &super::super::$simulated::new(seed),
                        crate::subject::Through::$through,
                        policy,
                    );
                    crate::executor::block_on(crate::suite::$claims::$claim(&open));
                }
            })* })*
        }
    };
}

over_each_store! {
    writing:
        a_context_begins_at_version_1,
        a_write_that_changes_nothing_commits_nothing,
        an_update_merges_and_tells_exactly_what_changed,
        operations_are_computed_on_what_is_stored,
        a_guard_lets_only_its_version_through,
        a_refused_write_leaves_no_trace,
        limits_hold_for_what_comes_in_and_for_what_comes_out,
        large_contexts_are_stored_as_they_are;
    syncing:
        each_client_gets_one_delta_or_everything_at_every_trim_point,
        a_revision_that_nobody_had_gets_everything,
        long_deltas_give_way_to_the_state,
        a_sync_of_nothing_is_not_found,
        deltas_are_listed_from_either_end;
    lineages:
        versions_go_on_after_a_deletion,
        a_deletion_needs_the_version_it_names,
        clients_of_another_lineage_get_everything,
        a_restore_is_above_all_that_was_known,
        a_passed_tombstone_is_forgotten;
    keeping:
        cleanup_one_by_one_reaches_everything_in_its_order,
        one_visit_takes_an_expired_context_with_its_deltas,
        cleanup_never_touches_what_is_fresh,
        a_write_renews_a_context,
        old_deltas_go_with_cleanup_and_the_context_stays,
        a_commit_bounds_the_log,
        ids_are_listed_in_the_order_of_their_bytes;
}
