/** What is due when, and in which order. */
import type { Backend } from "../../backend.js";
import { BrokenContract, holds, same, shown } from "../contract.js";
import { accepted, commitOn, noon, unbounded } from "../history.js";
import { areDue, claim, due, removed } from "./claims.js";

/** @throws BrokenContract unless it is due at that time, and not before */
async function isDueAt(backend: Backend, at: number, what: string, rule: string): Promise<void> {
  same(`${rule}: not before its time`, await due(backend, at - 1), []);
  same(`${rule}: at its time`, await due(backend, at), [what]);
  same(`${rule}: and from then on`, await due(backend, at + 1_000_000), [what]);
}

export const expiry = [
  claim("expired: a context is due at its expiresAt, and not before", async (backend) => {
    await accepted(backend, "a", commitOn(null, { expiresAt: noon + 10 }));
    await isDueAt(backend, noon + 10, "context of a", "expired: a context is due at its expiresAt, and not before");
  }),

  claim("expired: deltas are due at deltasExpireAt, and not before", async (backend) => {
    await accepted(backend, "a", commitOn(null, { deltasExpireAt: noon + 10, expiresAt: noon + 2_000_000 }));
    await accepted(backend, "b", commitOn(null, { deltasExpireAt: noon + 5_000_000 }));
    await isDueAt(backend, noon + 10, "deltas of a", "expired: deltas are due at deltasExpireAt, and not before");
  }),

  claim("expired: a tombstone is due when it need not last any longer, and not before", async (backend) => {
    const { head } = await accepted(backend, "a", commitOn(null, { expiresAt: noon, deltasExpireAt: noon }));
    await removed(backend, "a", head, noon + 10);
    const rule = "expired: a tombstone is due when it need not last any longer, and not before";
    await isDueAt(backend, noon + 10, "tombstone of a", rule);
  }),

  claim("expired: what has null as its time is never due", async (backend) => {
    const rule = "expired: what has null as its time is never due";
    const { head } = await accepted(backend, "a", commitOn(null, { expiresAt: noon, deltasExpireAt: noon }));
    await accepted(backend, "a", commitOn(head));
    await accepted(backend, "b", commitOn(null));
    same(rule, await due(backend, Number.MAX_SAFE_INTEGER), []);
  }),

  claim("expired: a commit replaces both times, to later and to earlier ones", async (backend) => {
    const rule = "expired: a commit replaces both times, to later and to earlier ones";
    const first = await accepted(backend, "a", commitOn(null, { expiresAt: noon + 10, deltasExpireAt: noon + 5 }));
    const later = { expiresAt: noon + 30, deltasExpireAt: noon + 25 };
    const second = await accepted(backend, "a", commitOn(first.head, later));
    same(rule, await due(backend, noon + 24), []);
    same(rule, await due(backend, noon + 25), ["deltas of a"]);
    const third = await accepted(backend, "a", commitOn(second.head, { expiresAt: noon + 8, deltasExpireAt: null }));
    same(rule, await due(backend, noon + 7), []);
    same(rule, await due(backend, noon + 100), ["context of a"]);
    await accepted(backend, "a", commitOn(third.head, { reset: true, expiresAt: null, deltasExpireAt: noon + 3 }));
    same(rule, await due(backend, noon + 100), ["deltas of a"]);
  }),

  claim("expired: a context that is due is told as such, though its deltas are due, too", async (backend) => {
    const rule = "expired: a context that is due is told as such, though its deltas are due, too";
    await accepted(backend, "a", commitOn(null, { expiresAt: noon + 10, deltasExpireAt: noon + 5 }));
    const found = await due(backend, noon + 10);
    holds(found.includes("context of a"), rule, '"context of a", with or without "deltas of a"', found);
  }),

  claim("expired: what has been due for longest comes first, whatever its kind", async (backend) => {
    const rule = "expired: what has been due for longest comes first, whatever its kind";
    // Ids and order of writing say nothing about the order of expiry.
    await accepted(backend, "b", commitOn(null, { expiresAt: noon + 40 }));
    await accepted(backend, "e", commitOn(null, { deltasExpireAt: noon + 10 }));
    const { head } = await accepted(backend, "a", commitOn(null));
    await removed(backend, "a", head, noon + 30);
    await accepted(backend, "d", commitOn(null, { expiresAt: noon + 20 }));
    await accepted(backend, "c", commitOn(null, { deltasExpireAt: noon + 50, expiresAt: noon + 900 }));
    const order = ["deltas of e", "context of d", "tombstone of a", "context of b", "deltas of c"];
    same(rule, await due(backend, noon + 100), order);
    for (const limit of [1, 2, 4]) {
      same("expired: a limit leaves out what became due last", await due(backend, noon + 100, limit), order.slice(0, limit));
    }
    same(rule, await due(backend, noon + 30), order.slice(0, 3));
  }),

  claim("expired: times are in the order of numbers, negative and fractional ones too", async (backend) => {
    const rule = "expired: times are in the order of numbers, negative and fractional ones too";
    const times = [-1e12, -20, -3.5, 0, 0.25, 0.5, 9, 10.125, 1_000, noon, noon + 0.5, 2 ** 52];
    for (const [index, at] of times.toReversed().entries()) {
      await accepted(backend, `at ${at}`, commitOn(null, index % 2 ? { expiresAt: at } : { deltasExpireAt: at, at }));
    }
    const ids = async (before: number): Promise<readonly string[]> => (await backend.expired(before, 100)).map(({ id }) => id);
    for (const [index, at] of times.entries()) {
      const expected = times.slice(0, index + 1).map((time) => `at ${time}`);
      same(rule, await ids(at), expected);
    }
  }),

  claim("expired: taken away by a limit of one, everything has its turn", async (backend) => {
    const rule = "expired: taken away by a limit of one, everything has its turn";
    const expected = new Set<string>();
    for (let n = 0; n < 6; n += 1) {
      await accepted(backend, `c${n}`, commitOn(null, { expiresAt: noon + (n % 3) }));
      const { head } = await accepted(backend, `t${n}`, commitOn(null));
      await removed(backend, `t${n}`, head, noon + (n % 2));
      await accepted(backend, `d${n}`, commitOn(null, { deltasExpireAt: noon + 1 }));
      expected.add(`c${n}`).add(`t${n}`).add(`d${n}`);
    }
    const seen = new Set<string>();
    for (let turn = 0; turn < 18; turn += 1) {
      const [first] = await backend.expired(noon + 2, 1);
      if (first === undefined) break;
      seen.add(first.id);
      if (first.kind === "deltas") await backend.trim(first.id, { ...unbounded, after: noon + 2 }, 10);
      else await backend.remove(first.id, { expiredBefore: noon + 2, tombstoneUntil: noon + 500 });
    }
    same(rule, [...seen].sort(), [...expected].sort());
    same("expired: what has been taken away is due no more", await due(backend, noon + 2), []);
  }),

  claim("trim: deltas are due again when the oldest that is left has lived for deltasTtl", async (backend) => {
    const rule = "trim: deltas are due again when the oldest that is left has lived for deltasTtl";
    await accepted(backend, "a", commitOn(null, { entries: 4, at: [noon, noon + 5, noon + 10, noon + 20], deltasExpireAt: noon + 100 }));
    await backend.trim("a", { ...unbounded, after: noon + 5 }, 100);
    await isDueAt(backend, noon + 110, "deltas of a", rule);
    await backend.trim("a", { ...unbounded, count: 1, after: noon + 5 }, 100);
    await isDueAt(backend, noon + 120, "deltas of a", rule);
    await backend.trim("a", unbounded, 7);
    await isDueAt(backend, noon + 27, "deltas of a", "trim: where nothing had to go, deltas are due by the oldest all the same");
  }),

  claim("trim: deltas that stay for the snapshot alone are not due again", async (backend) => {
    const rule = "trim: deltas that stay for the snapshot alone are not due again";
    const first = await accepted(backend, "a", commitOn(null, { at: noon }));
    const second = await accepted(backend, "a", commitOn(first.head, { at: noon + 10 }));
    await accepted(backend, "a", commitOn(second.head, { at: noon + 20, deltasExpireAt: noon + 100 }));
    same("trim: it says how many entries went", await backend.trim("a", { ...unbounded, after: noon + 10 }, 100), 1);
    await isDueAt(backend, noon + 120, "deltas of a", rule);
    await backend.trim("a", { ...unbounded, after: noon + 30 }, 100);
    same(rule, await due(backend, noon + 1_000_000), []);
  }),

  claim("trim: where deltasTtl is null, or no entry is left, deltas are due no more", async (backend) => {
    const rule = "trim: where deltasTtl is null, or no entry is left, deltas are due no more";
    for (const id of ["a", "b"]) await accepted(backend, id, commitOn(null, { deltasExpireAt: noon + 10, expiresAt: noon + 2_000 }));
    await backend.trim("a", unbounded, null);
    await backend.trim("b", { ...unbounded, count: 0 }, 10);
    same(rule, await due(backend, noon + 1_000), []);
    await areDue(backend, noon + 2_000, ["context of a", "context of b"], "trim: when contexts expire stays as it was");
  }),

  claim("expired: a removed context's own times are gone", async (backend) => {
    const rule = "expired: a removed context's own times are gone";
    const { head } = await accepted(backend, "a", commitOn(null, { expiresAt: noon, deltasExpireAt: noon - 5 }));
    await removed(backend, "a", head, noon + 500);
    same(rule, await due(backend, noon + 499), []);
    const again = await accepted(backend, "a", commitOn(head, { reset: true, expiresAt: noon + 700 }));
    same("expired: a tombstone's time is gone with it", await due(backend, noon + 699), []);
    await removed(backend, "a", again.head, noon + 800);
    const gone = await backend.remove("a", { expiredBefore: noon + 800, tombstoneUntil: noon + 900 });
    if (gone === null) throw new BrokenContract("remove: a tombstone that has passed goes", shown(again.head), "null");
    same("expired: nothing is due of what is forgotten", await due(backend, noon + 1_000_000), []);
  }),
];
