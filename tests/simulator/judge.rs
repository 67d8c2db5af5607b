//! Holds what callers were told against what has happened.

use chord::delta;
use chord::engine::{Guard, Head};
use chord::{Code, Error, Result};

use crate::calls::{Listing, State, Told, Wrote};
use crate::history::{Fate, History, Span, is_same, mark, short};

/// What an error says about whether anything was done.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::Conflict
            | Code::NotFound
            | Code::QuotaExceeded
            | Code::LimitExceeded
            | Code::InvalidValue
            | Code::DeltaMismatch
    )
}

impl History {
    /// A head that was told must have been the newest at some moment of the call.
    fn was(&self, span: &Span, head: Option<Head>, what: &str) {
        if !self.moments(span).contains(&head) {
            let (id, head) = (&span.id, head.map(short));
            self.fail(format!(
                "{id}: {what} told {head:?}, which it never was meanwhile"
            ));
        }
    }

    /// A state that was told must be that of its head.
    fn is_state(&self, id: &str, head: Head, state: &str, what: &str) {
        let pasts = self.pasts.borrow();
        let commit = pasts
            .get(id)
            .and_then(|past| past.commits.get(&mark(head.revision)));
        match commit {
            None => self.fail(format!("{id}: {what} told {}, unheard of", short(head))),
            Some(commit) if commit.head != head || !is_same(&commit.state, state) => {
                let (head, there) = (short(head), &commit.state);
                self.fail(format!(
                    "{id}: {what} told {state} at {head}, which is {there}"
                ));
            }
            Some(_) => {}
        }
    }

    /// A delta that was told must be that of its commit.
    fn is_delta(&self, id: &str, head: Head, told: &str, what: &str) {
        let pasts = self.pasts.borrow();
        let past = &pasts[id];
        let Some(commit) = past.commits.get(&mark(head.revision)) else {
            return self.fail(format!("{id}: {what} told {}, unheard of", short(head)));
        };
        let before = commit.before.map(|before| &past.commits[&before].state);
        let before = before.map_or("{}", |state| state);
        if !applied(before, told).is_some_and(|after| is_same(&after, &commit.state)) {
            let head = short(head);
            self.fail(format!(
                "{id}: {what} told a delta {told} that doesn't lead to {head}"
            ));
        }
    }

    /// An error must have had its reason. Those of which nobody can tell have: the store or the network gave them.
    fn is_reason(&self, span: &Span, error: &Error, guard: Option<Guard>, what: &str) {
        let moments = self.moments(span);
        let is_well = match error.code() {
            Code::NotFound => moments.contains(&None),
            Code::Conflict => match guard {
                Some(guard) => moments.iter().any(|there| !is_met(guard, *there)),
                None => error.message().contains("other writers came first"),
            },
            Code::BackendUnavailable
            | Code::BackendError
            | Code::Timeout
            | Code::QuotaExceeded
            | Code::LimitExceeded => true,
            _ => false,
        };
        if !is_well {
            self.fail(format!("{}: {what} failed with {error:?}", span.id));
        }
    }

    /// A write has come to its end.
    pub fn wrote(&self, token: usize, guard: Option<Guard>, what: &str, outcome: &Result<Wrote>) {
        let span = self.writes.borrow()[token].span.clone();
        self.note(|| match outcome {
            Ok(done) => format!(
                "{} t{token} {what}: {} {}",
                span.id,
                short(done.head),
                done.changed
            ),
            Err(error) => format!("{} t{token} {what}: {error}", span.id),
        });
        let done = match outcome {
            Ok(done) => done,
            Err(error) => {
                self.is_reason(&span, error, guard, what);
                let is_refused = is_refusal(error);
                let mut writes = self.writes.borrow_mut();
                writes[token].fate = if is_refused {
                    Fate::Refused
                } else {
                    Fate::Unsure
                };
                if is_refused
                    && !writes[token].applied.is_empty()
                    && self.epoch(&span.id) == span.epoch
                {
                    let id = &span.id;
                    self.fail(format!(
                        "{id}: t{token} is there, and {what} failed with {error}"
                    ));
                }
                return;
            }
        };
        self.writes.borrow_mut()[token].fate = Fate::Done;
        let (id, head) = (&*span.id, done.head);
        self.was(&span, Some(head), what);
        self.is_state(id, head, &done.state, what);
        if !done.changed {
            return self.fail(format!("{id}: t{token} was said to have changed nothing"));
        }
        if let Some(delta) = &done.delta {
            self.is_delta(id, head, delta, what);
        }
        let writes = self.writes.borrow();
        let pasts = self.pasts.borrow();
        let commit = pasts
            .get(id)
            .and_then(|past| past.commits.get(&mark(head.revision)));
        let Some(commit) = commit else {
            return;
        };
        let is_its_own = writes[token].applied.contains(&mark(head.revision));
        if !is_its_own || commit.events.iter().all(|event| *event <= span.began) {
            self.fail(format!(
                "{id}: {} isn't the commit of t{token}",
                short(head)
            ));
        }
        if done.created != commit.before.is_none() {
            self.fail(format!("{id}: t{token} created: {}", done.created));
        }
        let before = commit.before.map(|before| pasts[id].commits[&before].head);
        if let Some(guard) = guard
            && !is_met(guard, before)
        {
            self.fail(format!("{id}: t{token} got past its guard {guard:?}"));
        }
    }

    /// A write that changes nothing has come to its end.
    pub fn kept(&self, span: &Span, outcome: &Result<Wrote>) {
        match outcome {
            Ok(done) => {
                self.was(span, Some(done.head), "a write of nothing");
                self.is_state(&span.id, done.head, &done.state, "a write of nothing");
                if done.changed {
                    self.fail(format!("{}: nothing was said to be a change", span.id));
                }
            }
            Err(error) => self.is_reason(span, error, None, "a write of nothing"),
        }
    }

    /// A deletion has come to its end.
    pub fn deleted(&self, span: &Span, guard: Option<Guard>, outcome: &Result<Option<Head>>) {
        self.note(|| format!("{} deletion: {outcome:?}", span.id));
        match outcome {
            Ok(None) => self.was(span, None, "a deletion"),
            Ok(Some(head)) => {
                let pasts = self.pasts.borrow();
                let removals = pasts.get(&span.id).map_or(&[][..], |past| &past.removals);
                // Whoever has to ask twice can't tell another's deletion of the same head from its own.
                let is_gone = removals.iter().any(|(_, gone)| gone == head);
                if !is_gone || !self.moments(span).contains(&None) {
                    self.fail(format!("{}: {} wasn't deleted", span.id, short(*head)));
                }
                if guard.is_some_and(|guard| !is_met(guard, Some(*head))) {
                    self.fail(format!("{}: a deletion got past its guard", span.id));
                }
            }
            Err(error) => self.is_reason(span, error, guard, "a deletion"),
        }
    }

    /// A state has been read.
    pub fn read(&self, span: &Span, outcome: &Result<Option<State>>) {
        match outcome {
            Ok(None) => self.was(span, None, "get"),
            Ok(Some(state)) => {
                self.note(|| format!("{} get: {}", span.id, short(state.head)));
                self.was(span, Some(state.head), "get");
                self.is_state(&span.id, state.head, &state.text, "get");
            }
            Err(error) => self.is_reason(span, error, None, "get"),
        }
    }

    /// Deltas have been listed, of which at most so many are to be kept.
    pub fn listed_deltas(
        &self,
        span: &Span,
        most: Option<u64>,
        outcome: &Result<Vec<(Head, String)>>,
    ) {
        let deltas = match outcome {
            Ok(deltas) => deltas,
            Err(error) => return self.is_reason(span, error, None, "listDeltas"),
        };
        if most.is_some_and(|most| deltas.len() as u64 > most) {
            self.fail(format!("{}: {} deltas are kept", span.id, deltas.len()));
        }
        if let Some((newest, _)) = deltas.first() {
            self.was(span, Some(*newest), "listDeltas");
        }
        for (place, (head, delta)) in deltas.iter().enumerate() {
            self.is_delta(&span.id, *head, delta, "listDeltas");
            let pasts = self.pasts.borrow();
            let commit = pasts[&span.id].commits.get(&mark(head.revision));
            let before = commit.and_then(|commit| commit.before);
            let next = deltas.get(place + 1).map(|(head, _)| mark(head.revision));
            if next.is_some() && next != before {
                self.fail(format!("{}: listed deltas have a hole", span.id));
            }
        }
    }

    /// Ids have been listed: `spans` are of all there might be.
    pub fn listed(&self, spans: &[Span], outcome: &Result<Listing>) {
        let Ok(listing) = outcome else {
            return;
        };
        for span in spans {
            let moments = self.moments(span);
            let is_there = listing.ids.contains(&span.id);
            let is_possible = moments.iter().any(|there| there.is_some() == is_there);
            if !is_possible {
                self.fail(format!("{}: listed: {is_there}", span.id));
            }
        }
    }

    /// A cleanup has removed a context, by the clock of whoever cleaned.
    pub fn expired(&self, span: &Span, head: Head, ttl: Option<f64>, now: f64) {
        let pasts = self.pasts.borrow();
        let past = pasts.get(&span.id);
        let is_it = |(event, gone): &(u64, Head)| *event > span.began && *gone == head;
        let is_gone = past.is_some_and(|past| past.removals.iter().any(is_it));
        let commit = past.and_then(|past| past.commits.get(&mark(head.revision)));
        let at = commit.map(|commit| commit.at);
        let is_due = at.zip(ttl).is_some_and(|(at, ttl)| at + ttl <= now);
        if !is_gone || !is_due {
            self.fail(format!(
                "{}: {} was said to have expired",
                span.id,
                short(head)
            ));
        }
    }

    /// A client has been brought up to date. Gives the head and the state it has now; none where it has to begin anew.
    pub fn synced(
        &self,
        span: &Span,
        held: Option<(Head, &str)>,
        is_bare: bool,
        outcome: &Result<Told>,
    ) -> Option<(Head, String)> {
        let told = match outcome {
            Ok(told) => told,
            Err(error) => {
                self.is_reason(span, error, None, "sync");
                return held.map(|(head, state)| (head, state.into()));
            }
        };
        self.note(|| {
            format!(
                "{} sync of {:?}: {}",
                span.id,
                held.map(|held| short(held.0)),
                told.kind()
            )
        });
        // A number alone names a version only as long as numbers go on growing.
        let is_moot = is_bare && self.epoch(&span.id) != span.epoch;
        let (head, state) = match (told, held) {
            (Told::Full(state), _) => (state.head, state.text.clone()),
            _ if is_moot => return None,
            (Told::Same(head), Some((had, state))) => {
                if head.version != had.version {
                    self.fail(format!("{}: no change, to another version", span.id));
                }
                (*head, state.to_owned())
            }
            (Told::Delta(head, delta), Some((had, state))) => {
                let Some(after) = applied(state, delta) else {
                    let had = short(had);
                    self.fail(format!("{}: sync told {delta} to {had}", span.id));
                    return None;
                };
                (*head, after)
            }
            (_, None) => {
                self.fail(format!("{}: who has nothing got no state", span.id));
                return None;
            }
        };
        self.was(span, Some(head), "sync");
        self.is_state(&span.id, head, &state, "sync");
        Some((head, state))
    }
}

/// The state that a delta makes of another, where it fits.
fn applied(state: &str, told: &str) -> Option<String> {
    let told = delta::text::parse(told.as_bytes()).ok()?;
    let after = delta::apply(state.as_bytes(), &told).ok()?;
    String::from_utf8(after).ok()
}

/// Whether a guard allows a write to what is there.
fn is_met(guard: Guard, there: Option<Head>) -> bool {
    let version = there.map_or(0, |head| head.version);
    let is_revision = guard
        .revision
        .zip(there)
        .is_none_or(|(asked, head)| asked == head.revision);
    guard.version == version && is_revision
}
