/** How claims about backends are made, and what they run on. */
import type { Backend, Commit, Committed, Head } from "../../backend.js";
import { Checked } from "../checked.js";
import { BrokenContract, holds, same, shown } from "../contract.js";
import type { Capability, Claim, Doors, Ground } from "../suite.js";

/** A connection whose answers are checked, with what it is connected by. */
export interface Connection {
  readonly checked: Required<Pick<Backend, "watch">> & Backend;
  readonly backend: Backend;
}

export const doors: Doors<Backend, Connection> = {
  async open(backend) {
    await backend.open?.();
    return { backend, checked: new Checked(backend) };
  },
  async close({ backend }) {
    await backend.close?.();
  },
};

export type Check = (backend: Connection["checked"], ground: Ground<Connection>) => Promise<void>;

/** A claim about a backend that is open. */
export function claim(name: string, check: Check, ...needs: readonly Capability[]): Claim<Connection> {
  return { name, needs, check: async (ground) => check((await ground.connect()).checked, ground) };
}

/** So many connections, their answers checked. */
export async function connected(ground: Ground<Connection>, count: number): Promise<readonly Connection["checked"][]> {
  const connections: Connection["checked"][] = [];
  for (let n = 0; n < count; n += 1) connections.push((await ground.connect()).checked);
  return connections;
}

/** Sends a commit that has to be refused, and gives the answer. */
export async function conflicting(backend: Backend, id: string, commit: Commit, rule: string): Promise<Extract<Committed, { ok: false }>> {
  const answer = await backend.commit(id, commit);
  if (answer.ok) throw new BrokenContract(rule, `a conflict, for base is ${shown(commit.base)}`, shown(answer));
  return answer;
}

/** A tombstone under `id`, with this head. */
export async function hasTombstone(backend: Backend, id: string, head: Head, rule: string): Promise<void> {
  same(rule, await backend.load(id), { head, deleted: true });
}

export async function hasNothing(backend: Backend, id: string, rule: string): Promise<void> {
  same(rule, await backend.load(id), null);
}

/** Removes the context with this head, which has to be there. */
export async function removed(backend: Backend, id: string, head: Head, tombstoneUntil: number): Promise<void> {
  const rule = "remove: the context with the head asked for goes, and its head is told";
  same(rule, await backend.remove(id, { head, tombstoneUntil }), head);
}

/** What is due, as texts such as `"deltas of a"`. */
export async function due(backend: Backend, before: number, limit = 1_000): Promise<readonly string[]> {
  return (await backend.expired(before, limit)).map(({ id, kind }) => `${kind} of ${id}`);
}

/** @throws BrokenContract unless exactly these are due, whatever the order */
export async function areDue(backend: Backend, before: number, expected: readonly string[], rule: string): Promise<void> {
  const found = await due(backend, before);
  holds(new Set(found).size === found.length, "expired: nothing is told twice", "each once", found);
  same(rule, found.toSorted(), expected.toSorted());
}
