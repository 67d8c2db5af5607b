/** What `remove` takes away, and what it leaves. */
import { same } from "../contract.js";
import { accepted, commitOn, noon, revision, stateAt } from "../history.js";
import { areDue, claim, hasNothing, hasTombstone, removed } from "./claims.js";

const until = noon + 1_000;

export const removal = [
  claim("remove: the context with the head asked for goes, and a tombstone with that head stays", async (backend) => {
    const rule = "remove: the context with the head asked for goes, and a tombstone with that head stays";
    const { head } = await accepted(backend, "a", commitOn(null, { entries: 3 }));
    await accepted(backend, "ab", commitOn(null));
    await removed(backend, "a", head, until);
    await hasTombstone(backend, "a", head, rule);
    same("remove: other contexts stay", (await backend.list({ limit: 10, cursor: undefined, order: "asc", prefix: "" })).ids, ["ab"]);
    await areDue(backend, until, ["tombstone of a"], "remove: a tombstone lasts until tombstoneUntil");
  }),

  claim("remove: a context with another head stays, in version or revision", async (backend) => {
    const rule = "remove: a context with another head stays, in version or revision";
    const { head } = await accepted(backend, "a", commitOn(null, { entries: 2, expiresAt: noon }));
    const before = await backend.load("a");
    for (const other of [
      { version: head.version, revision: revision() },
      { version: head.version + 1, revision: head.revision },
      { version: head.version - 1, revision: head.revision },
    ]) {
      same(rule, await backend.remove("a", { head: other, tombstoneUntil: until }), null);
      same(rule, await backend.load("a"), before);
    }
    await areDue(backend, noon, ["context of a"], rule);
  }),

  claim("remove: where nothing is stored, nothing goes and nothing is left", async (backend) => {
    const rule = "remove: where nothing is stored, nothing goes and nothing is left";
    const head = { version: 1, revision: revision() };
    same(rule, await backend.remove("a", { head, tombstoneUntil: until }), null);
    same(rule, await backend.remove("a", { expiredBefore: noon, tombstoneUntil: until }), null);
    await hasNothing(backend, "a", rule);
  }),

  claim("remove: by its head no tombstone goes, nor lasts longer", async (backend) => {
    const rule = "remove: by its head no tombstone goes, nor lasts longer";
    const { head } = await accepted(backend, "a", commitOn(null));
    await removed(backend, "a", head, until);
    same(rule, await backend.remove("a", { head, tombstoneUntil: until + 500 }), null);
    await hasTombstone(backend, "a", head, rule);
    await areDue(backend, until, ["tombstone of a"], rule);
  }),

  claim("remove: by expiredBefore a context goes when its expiresAt is then or earlier", async (backend) => {
    const rule = "remove: by expiredBefore a context goes when its expiresAt is then or earlier";
    const { head } = await accepted(backend, "a", commitOn(null, { expiresAt: noon + 10 }));
    same(`${rule}, and stays otherwise`, await backend.remove("a", { expiredBefore: noon + 9, tombstoneUntil: until }), null);
    same(`${rule}, and stays otherwise`, (await backend.load("a"))?.head, head);
    same(rule, await backend.remove("a", { expiredBefore: noon + 10, tombstoneUntil: until }), head);
    await hasTombstone(backend, "a", head, rule);
    const other = await accepted(backend, "b", commitOn(null, { expiresAt: noon + 10 }));
    same(rule, await backend.remove("b", { expiredBefore: noon + 99, tombstoneUntil: until }), other.head);
  }),

  claim("remove: a context that a commit has renewed stays", async (backend) => {
    const rule = "remove: a context that a commit has renewed stays";
    const first = await accepted(backend, "a", commitOn(null, { expiresAt: noon }));
    const second = await accepted(backend, "a", commitOn(first.head, { expiresAt: noon + 50 }));
    same(rule, await backend.remove("a", { expiredBefore: noon + 49, tombstoneUntil: until }), null);
    same(rule, (await backend.load("a"))?.head, second.head);
  }),

  claim("remove: by expiredBefore a context that doesn't expire stays, though its deltas are due", async (backend) => {
    const rule = "remove: by expiredBefore a context that doesn't expire stays, though its deltas are due";
    const { head } = await accepted(backend, "a", commitOn(null, { deltasExpireAt: noon }));
    same(rule, await backend.remove("a", { expiredBefore: Number.MAX_SAFE_INTEGER, tombstoneUntil: until }), null);
    same(rule, (await backend.load("a"))?.head, head);
  }),

  claim("remove: a tombstone that has passed goes, one that hasn't stays", async (backend) => {
    const { head } = await accepted(backend, "a", commitOn(null));
    await removed(backend, "a", head, until);
    const early = "remove: a tombstone that has yet to last stays";
    same(early, await backend.remove("a", { expiredBefore: until - 1, tombstoneUntil: until * 2 }), null);
    await hasTombstone(backend, "a", head, early);
    const rule = "remove: a tombstone that has passed goes, and nothing is left in its place";
    same(rule, await backend.remove("a", { expiredBefore: until, tombstoneUntil: until * 2 }), head);
    await hasNothing(backend, "a", rule);
    same(rule, await backend.remove("a", { expiredBefore: until, tombstoneUntil: until * 2 }), null);
    await areDue(backend, Number.MAX_SAFE_INTEGER, [], rule);
  }),

  claim("remove: what is created again has nothing of what was there before", async (backend) => {
    const rule = "remove: what is created again has nothing of what was there before";
    const first = await accepted(backend, "a", commitOn(null, { entries: 3, expiresAt: noon, deltasExpireAt: noon }));
    await removed(backend, "a", first.head, until);
    await backend.remove("a", { expiredBefore: until, tombstoneUntil: until * 2 });
    const again = await accepted(backend, "a", commitOn(null), "commit: where a tombstone is forgotten, a lineage begins on null");
    same(rule, await backend.load("a"), { head: again.head, snapshot: { version: 1, context: stateAt(1) }, tail: again.entries });
    await areDue(backend, noon * 2, [], rule);
  }),
];
