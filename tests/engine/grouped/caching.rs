//! Memory is a cache: asked again before it is believed, and bounded.

use chord::engine::Policy;

use super::{INCREMENT, fresh, tabs};
use crate::executor::{block_on, join};
use crate::simulated_database::{Operation, SimulatedDatabase};
use crate::subject::value;

#[test]
fn a_context_that_memory_has_is_not_read_again_until_another_tab_changes_it() {
    let database = SimulatedDatabase::new(1);
    let tabs = tabs(&database, 2, Policy::default());
    block_on(async {
        tabs[0].set("a", r#"{"n":0}"#, None, 0.0).await.unwrap();
        for _ in 0..300 {
            tabs[0].update("a", INCREMENT, 1.0).await.unwrap();
            tabs[0].get("a").await.unwrap();
        }
        assert_eq!(database.count(Operation::Contents), 0);
        tabs[1].update("a", INCREMENT, 1.0).await.unwrap();
        let there = tabs[0].get("a").await.unwrap().unwrap();
        assert_eq!(value(&there.text)["n"], 301);
        assert_eq!(database.count(Operation::Contents), 2);
    });
}

#[test]
fn contexts_beyond_the_cache_are_forgotten_and_read_again() {
    // Large states, and small ones under long ids.
    for (count, state, id) in [(36, 1 << 20, 2), (9000, 1, 4000)] {
        let database = SimulatedDatabase::new(0);
        let tab = fresh(&database, Policy::default());
        let ids = || (0..count).map(|n| format!("{n:0>id$}"));
        let padding = "x".repeat(state);
        block_on(async {
            for round in 0..2 {
                let made: Vec<String> = ids().collect();
                for some in made.chunks(if state > 1 { 6 } else { 1500 }) {
                    let state = format!(r#"{{"n":{round},"pad":"{padding}"}}"#);
                    let calls = some.iter().map(|id| tab.set(id, &state, None, 1.0));
                    for outcome in join(calls).await {
                        assert_eq!(outcome.unwrap().head.version, round + 1);
                    }
                }
                let cached = tab.host().cached(ids());
                assert!(cached < count, "{cached} of {count} in memory");
            }
            assert!(database.count(Operation::Contents) > 0);
        });
    }
}
