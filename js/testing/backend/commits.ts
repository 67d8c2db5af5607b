/** What `commit` stores, and what `load` gives of it. */
import { same } from "../contract.js";
import { accepted, commitOn, contextAt, hasVersions, headOf, noon, stateAt, unbounded, written } from "../history.js";
import { claim, conflicting, hasNothing, hasTombstone, removed } from "./claims.js";

export const commits = [
  claim("load: where nothing is stored, null", async (backend) => {
    await hasNothing(backend, "a", "load: where nothing is stored, null");
    await accepted(backend, "b", commitOn(null));
    await hasNothing(backend, "a", "load: a commit to one id is none to another");
  }),

  claim("commit: what is created is there, with its head, state, log and time", async (backend) => {
    const delta = '{"n":{"action":"added","value":1}}';
    const { head, entries } = await accepted(backend, "a", commitOn(null, { entries: [delta], at: noon + 5, snapshot: '{"n":1}' }));
    same("commit: what is created is there, with its head, state, log and time", await backend.load("a"), {
      head,
      snapshot: { version: 1, context: '{"n":1}' },
      tail: entries,
      insertedAt: noon + 5,
    });
  }),

  claim("commit: without a snapshot the entry is appended and the stored snapshot stays", async (backend) => {
    const rule = "commit: without a snapshot the entry is appended and the stored snapshot stays";
    const entries = await written(backend, "a", 4);
    const stored = await contextAt(backend, "a", rule);
    same(rule, stored, { head: headOf(stored.head), snapshot: { version: 1, context: stateAt(1) }, tail: entries });
    same("commit: head is that of the newest commit", stored.head.version, 4);
  }),

  claim("commit: a snapshot replaces the stored one, and entries from before stay", async (backend) => {
    const rule = "commit: a snapshot replaces the stored one, and entries from before stay";
    const first = await accepted(backend, "a", commitOn(null));
    const second = await accepted(backend, "a", commitOn(first.head, { snapshot: '{"second":true}' }));
    const third = await accepted(backend, "a", commitOn(second.head));
    same(rule, await backend.load("a"), {
      head: third.head,
      snapshot: { version: 2, context: '{"second":true}' },
      tail: [...first.entries, ...second.entries, ...third.entries],
    });
  }),

  claim("commit: several entries are stored in their order, the head being the last one's", async (backend) => {
    const rule = "commit: several entries are stored in their order, the head being the last one's";
    const first = await accepted(backend, "a", commitOn(null, { entries: 3, at: [noon, noon + 1, noon + 2] }));
    const second = await accepted(backend, "a", commitOn(first.head, { entries: 4, at: [noon + 3, noon + 4, noon + 5, noon + 6] }));
    same(rule, await backend.load("a"), {
      head: second.head,
      snapshot: { version: 3, context: stateAt(3) },
      tail: [...first.entries, ...second.entries],
      insertedAt: noon + 6,
    });
    same("commit: the head of several entries is the last one's", second.head.version, 7);
  }),

  claim("commit: a snapshot with several entries is the state after the last", async (backend) => {
    const first = await accepted(backend, "a", commitOn(null));
    await accepted(backend, "a", commitOn(first.head, { entries: 3, snapshot: '{"all":3}' }));
    const { snapshot } = await contextAt(backend, "a", "commit: a snapshot with several entries is the state after the last");
    same("commit: a snapshot with several entries is the state after the last", snapshot, { version: 4, context: '{"all":3}' });
  }),

  claim("commit: reset on a context begins a new lineage, and entries from before go", async (backend) => {
    const rule = "commit: reset on a context begins a new lineage, and entries from before go";
    const old = await written(backend, "a", 3);
    const { version, revision } = old[2] as (typeof old)[number];
    const anew = await accepted(backend, "a", commitOn({ version, revision }, { reset: true, snapshot: '{"restored":true}' }));
    same("commit: reset goes on from base's version", anew.head.version, 4);
    same(rule, await backend.load("a"), { head: anew.head, snapshot: { version: 4, context: '{"restored":true}' }, tail: anew.entries });
  }),

  claim("commit: reset may leave versions out, as a restore from elsewhere does", async (backend) => {
    const rule = "commit: reset may leave versions out, as a restore from elsewhere does";
    const { head } = await accepted(backend, "a", commitOn(null));
    const restored = commitOn({ version: 40, revision: head.revision }, { reset: true, entries: 2 });
    await accepted(backend, "a", { ...restored, base: head }, rule);
    const next = await accepted(backend, "a", commitOn(restored.head));
    await hasVersions(backend, "a", [41, 42, 43], rule);
    same(rule, (await contextAt(backend, "a", rule)).head, next.head);
  }),

  claim("commit: with reset a new lineage follows a tombstone, and the tombstone is gone", async (backend) => {
    const rule = "commit: with reset a new lineage follows a tombstone, and the tombstone is gone";
    const first = await accepted(backend, "a", commitOn(null, { entries: 3 }));
    await removed(backend, "a", first.head, noon);
    const again = await accepted(backend, "a", commitOn(first.head, { reset: true }), rule);
    same(rule, await backend.load("a"), { head: again.head, snapshot: { version: 4, context: stateAt(4) }, tail: again.entries });
    same("commit: what follows a tombstone is no longer due as one", await backend.expired(noon + 10, 10), []);
  }),

  claim("commit: without reset nothing follows a tombstone, for all that it has the head", async (backend) => {
    const rule = "commit: without reset nothing follows a tombstone, for all that it has the head";
    const first = await accepted(backend, "a", commitOn(null));
    await removed(backend, "a", first.head, noon);
    await conflicting(backend, "a", commitOn(first.head), rule);
    await conflicting(backend, "a", commitOn(first.head, { snapshot: stateAt(2) }), rule);
    await hasTombstone(backend, "a", first.head, rule);
  }),

  claim("commit: the same one sent twice is ok, and stored once", async (backend) => {
    const rule = "commit: the same one sent twice is ok, and stored once";
    const created = commitOn(null, { entries: 2 });
    await accepted(backend, "a", created);
    await accepted(backend, "a", created, rule);
    await hasVersions(backend, "a", [1, 2], rule);
    const several = commitOn(created.head, { entries: 3, snapshot: '{"twice":false}' });
    await accepted(backend, "a", several);
    const before = await backend.load("a");
    await accepted(backend, "a", several, rule);
    same(rule, await backend.load("a"), before);
    const restored = commitOn(several.head, { reset: true });
    await accepted(backend, "a", restored);
    await accepted(backend, "a", restored, rule);
    await hasVersions(backend, "a", [6], rule);
  }),

  claim("commit: one that others have followed is a conflict when it comes again", async (backend) => {
    const rule = "commit: one that others have followed is a conflict when it comes again";
    const first = await accepted(backend, "a", commitOn(null));
    const second = await accepted(backend, "a", commitOn(first.head));
    await accepted(backend, "a", commitOn(second.head));
    await conflicting(backend, "a", second, rule);
    await conflicting(backend, "a", first, rule);
    await hasVersions(backend, "a", [1, 2, 3], rule);
  }),

  claim("commit: one that comes again after its context was removed brings nothing back", async (backend) => {
    const rule = "commit: one that comes again after its context was removed brings nothing back";
    const first = await accepted(backend, "a", commitOn(null));
    const second = await accepted(backend, "a", commitOn(first.head));
    await removed(backend, "a", second.head, noon);
    // That it had been stored is as true as that its base isn't there any more.
    await backend.commit("a", second);
    await hasTombstone(backend, "a", second.head, rule);
    await conflicting(backend, "a", first, rule);
    await hasTombstone(backend, "a", second.head, rule);
  }),

  claim("commit: the log is trimmed in the same step", async (backend) => {
    const rule = "commit: the log is trimmed in the same step";
    const first = await accepted(backend, "a", commitOn(null, { entries: 5 }));
    const second = await accepted(backend, "a", commitOn(first.head, { keep: { ...unbounded, count: 2 } }));
    await hasVersions(backend, "a", [5, 6], rule);
    await accepted(backend, "a", commitOn(second.head, { keep: { ...unbounded, count: 0 }, snapshot: stateAt(7) }));
    await hasVersions(backend, "a", [], "commit: a snapshot lets go of every entry up to it, its own too");
  }),
];
