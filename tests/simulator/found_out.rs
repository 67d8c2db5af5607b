//! The simulator can fail: stores and networks that break the contract are found out, each by what callers and clients are told.

use crate::flaw::Flaw;
use crate::plan::Plan;
use crate::simulation::{explain, run};

/// Of so many seeds one at least must find it.
const SEEDS: u64 = 3000;

fn is_found_out(flaw: Flaw) {
    let found = (0..SEEDS).find(|seed| run(&Plan::of(*seed), Some(flaw), false).failure.is_some());
    let seed = found.expect("nobody has noticed");
    let what = run(&Plan::of(seed), Some(flaw), false).failure;
    println!("{flaw:?}: seed {seed}: {}", what.unwrap_or_default());
}

macro_rules! flaws {
    ($($name:ident: $flaw:ident,)*) => {
        $(#[test]
        fn $name() {
            is_found_out(Flaw::$flaw);
        })*
    };
}

flaws! {
    a_store_that_compares_only_versions: ComparesVersions,
    a_store_that_compares_nothing: ComparesNothing,
    a_store_that_changes_what_was_deleted: FollowsTombstones,
    a_store_that_stores_half_of_a_commit: StoresHalf,
    a_store_that_calls_versions_of_one_number_the_same: SameByVersion,
    a_store_that_removes_whatever_is_there: RemovesAnything,
    a_store_that_expires_what_was_renewed: ExpiresTheRenewed,
    a_store_that_forgets_what_was_deleted: ForgetsTheDeleted,
    a_store_that_trims_past_its_snapshot: TrimsTooMuch,
    a_store_that_never_trims: NeverTrims,
    a_store_that_loses_what_it_acknowledged: LosesSilently,
    a_replica_that_is_behind: ReadsOldStates,
    a_driver_that_acknowledges_what_it_has_sent: AcknowledgesEarly,
    a_driver_that_hides_what_it_sends_again: HidesResends,
}

#[test]
fn a_store_that_tells_entries_that_do_not_lead_on_does_no_harm() {
    for seed in 0..200 {
        let plan = Plan {
            trouble: 100,
            failovers: 4,
            ..Plan::of(seed)
        };
        let flaw = Some(Flaw::TailByNumber);
        if run(&plan, flaw, false).failure.is_some() {
            panic!(
                "{}",
                explain(&plan, flaw, "what an engine could see for itself")
            );
        }
    }
}
