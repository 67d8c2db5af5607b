/** Opening and closing. */
import type { Backend } from "../../backend.js";
import { same } from "../contract.js";
import { accepted, commitOn, contextAt, noon, unbounded, written } from "../history.js";
import type { Claim } from "../suite.js";
import { within } from "../waiting.js";
import { claim, type Connection, connected } from "./claims.js";

/** Waits for a call's end, whichever; one that never comes breaks the rule. */
async function settles(call: () => Promise<unknown>, method: string, patience: number): Promise<void> {
  const ended = Promise.resolve()
    .then(call)
    .catch(() => undefined);
  await within(patience, `close: calls that come late end, with an answer or an error: ${method}()`, ended);
}

/** Each method, called on a backend that may be closed. */
function calls(backend: Backend): readonly (readonly [string, () => Promise<unknown>])[] {
  return [
    ["load", () => backend.load("a")],
    ["since", () => backend.since("a", { version: 1, revision: "1-1" })],
    ["commit", () => backend.commit("late", commitOn(null))],
    ["remove", () => backend.remove("late", { expiredBefore: noon, tombstoneUntil: noon })],
    ["trim", () => backend.trim("late", unbounded, null)],
    ["expired", () => backend.expired(noon, 10)],
    ["list", () => backend.list({ limit: 10, cursor: undefined, order: "asc", prefix: "" })],
  ];
}

const late: Claim<Connection> = {
  name: "close: calls that come late, or are on their way, end with an answer or an error",
  needs: [],
  async check(ground) {
    const { backend } = await ground.connect();
    await written(backend, "a", 3);
    const onTheirWay = calls(backend).map(([method, call]) => settles(call, method, ground.patience));
    await backend.close?.();
    await Promise.all(onTheirWay);
    for (const [method, call] of calls(backend)) await settles(call, method, ground.patience);
  },
};

const others: Claim<Connection> = {
  name: "close: other connections to the store go on",
  needs: ["sharing"],
  async check(ground) {
    const rule = "close: other connections to the store go on";
    const [one, other] = [await ground.connect(), await ground.connect()];
    const { head } = await accepted(one.checked, "a", commitOn(null));
    await one.backend.close?.();
    const next = await accepted(other.checked, "a", commitOn(head), rule);
    same(rule, (await contextAt(other.checked, "a", rule)).head, next.head);
  },
};

export const lifetime = [
  claim(
    "open: what one connection has stored, another one opened later finds",
    async (backend, ground) => {
      const rule = "open: what one connection has stored, another one opened later finds";
      const entries = await written(backend, "a", 3, { expiresAt: noon, deltasExpireAt: noon });
      const [later] = (await connected(ground, 1)) as [Backend];
      same(rule, (await contextAt(later, "a", rule)).tail, entries);
      same(rule, (await later.list({ limit: 10, cursor: undefined, order: "asc", prefix: "" })).ids, ["a"]);
      same(rule, (await later.expired(noon, 10))[0]?.id, "a");
    },
    "sharing",
  ),
  others,
  late,
];
