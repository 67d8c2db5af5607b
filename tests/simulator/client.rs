//! A client: holds contexts and has itself brought up to date by whichever process, as a page does that reconnects.

use std::collections::BTreeMap;
use std::rc::Rc;

use chord::Code;
use chord::engine::Head;

use crate::calls::since;
use crate::dice::Dice;
use crate::process::Process;
use crate::world::World;

/// What a client has of a context.
struct Held {
    head: Head,
    state: String,
    /// When it was told.
    epoch: u64,
}

/// A client, whose state is exact at any time or absent.
pub struct Client {
    world: Rc<World>,
    dice: Dice,
    /// It knows the numbers of versions only.
    is_bare: bool,
    held: BTreeMap<String, Held>,
}

impl Client {
    pub fn new(world: &Rc<World>, number: u64) -> Self {
        let dice = Dice::new(world.plan.seed, 3000 + number);
        Client {
            world: world.clone(),
            is_bare: dice.happens(300),
            dice,
            held: BTreeMap::new(),
        }
    }

    /// Syncs until it has done so as often as the plan says.
    pub async fn live(&mut self) {
        let world = self.world.clone();
        for _ in 0..world.plan.calls {
            if world.history.failure().is_some() {
                return;
            }
            let pause = self.dice.below(2 * world.plan.think);
            world.scheduler.sleep(pause).await;
            let process = world.process(&self.dice);
            let id = world.context(&self.dice);
            self.sync(&process, &id).await;
        }
    }

    /// Asks what it misses, and says whether it was told.
    pub async fn sync(&mut self, process: &Process, id: &str) -> bool {
        let world = &self.world;
        let span = world.history.span(id);
        let is_bare = self.is_bare;
        // Numbers that have begun anew mean nothing to who has only them.
        if is_bare
            && self
                .held
                .get(id)
                .is_some_and(|held| held.epoch != span.epoch)
        {
            self.held.remove(id);
        }
        let held = self.held.get(id);
        let asked = since(held.map(|held| held.head), is_bare);
        let outcome = process.sync(id, asked, self.dice.happens(500)).await;
        let held = held.map(|held| (held.head, &*held.state));
        let now = world.history.synced(&span, held, is_bare, &outcome);
        let epoch = span.epoch;
        match now {
            Some((head, state)) => {
                let held = Held { head, state, epoch };
                self.held.insert(id.into(), held);
            }
            None => drop(self.held.remove(id)),
        }
        match outcome {
            Ok(_) => true,
            Err(error) if error.code() == Code::NotFound => {
                // Some wait for it to come back.
                if self.dice.happens(500) {
                    self.held.remove(id);
                }
                true
            }
            Err(_) => false,
        }
    }

    /// What it has.
    pub fn head(&self, id: &str) -> Option<Head> {
        self.held.get(id).map(|held| held.head)
    }
}
