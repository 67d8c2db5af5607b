/** Commits as the engine makes them, for claims to send. */
import type { Backend, Commit, Entry, Head, Keep, Stored } from "../backend.js";
import { same, shown, BrokenContract } from "./contract.js";

export const unbounded: Keep = { count: null, bytes: null, after: null };

/** A time like those of today, in milliseconds. */
export const noon = 1_767_268_800_000;

const writer = Math.floor(Math.random() * 2 ** 48).toString(16);
let commits = 0;

/** A revision that nobody has had. */
export function revision(): string {
  commits += 1;
  return `${writer}-${commits.toString(16)}`;
}

/** What is to be special about a commit. */
export interface Making extends Partial<Omit<Commit, "base" | "head" | "entries" | "keep">> {
  /** How many entries, or their deltas. Default 1. */
  readonly entries?: number | readonly string[];
  /** When its entries were committed: one time for all, or one each. */
  readonly at?: number | readonly number[];
  readonly keep?: Partial<Keep>;
}

/** A commit on `base`. On nothing it begins a lineage; so it does with `reset`, and then it has a snapshot. */
export function commitOn(base: Head | null, making: Making = {}): Commit {
  const { entries: deltas = 1, at = noon, keep, ...rest } = making;
  const isReset = base === null || rest.reset === true;
  const texts = typeof deltas === "number" ? Array.from({ length: deltas }, () => undefined) : deltas;
  const entries: Entry[] = [];
  for (const [index, text] of texts.entries()) {
    const version = (base?.version ?? 0) + index + 1;
    const previous = entries.at(-1)?.revision ?? (isReset ? "" : (base?.revision ?? ""));
    const delta = text ?? `{"n":{"action":"modified","oldValue":${version - 1},"value":${version}}}`;
    entries.push({ version, revision: revision(), previous, delta, insertedAt: typeof at === "number" ? at : (at[index] ?? noon) });
  }
  const last = entries.at(-1) as Entry;
  return {
    base,
    head: { version: last.version, revision: last.revision },
    ...(isReset ? { reset: true as const, snapshot: stateAt(last.version) } : {}),
    entries,
    expiresAt: null,
    deltasExpireAt: null,
    keep: { ...unbounded, ...keep },
    ...rest,
  };
}

/** The state that a snapshot tells, where nothing else is said. */
export const stateAt = (version: number): string => `{"n":${version}}`;

/** Sends a commit that has to be stored, and gives it. */
export async function accepted(
  backend: Backend,
  id: string,
  commit: Commit,
  rule = "commit: one on the stored head is stored",
): Promise<Commit> {
  const answer = await backend.commit(id, commit);
  if (!answer.ok) {
    const sent = `a commit of ${id === "" ? "it" : shown(id)} with base ${shown(commit.base)}`;
    throw new BrokenContract(rule, `{ ok: true } for ${sent}`, shown(answer));
  }
  return commit;
}

/** A context of `versions` versions: created with a snapshot, then one commit each without one. Gives all entries. */
export async function written(backend: Backend, id: string, versions: number, making: Making = {}): Promise<readonly Entry[]> {
  const first = await accepted(backend, id, commitOn(null, making));
  const entries = [...first.entries];
  let { head } = first;
  while (head.version < versions) {
    const next = await accepted(backend, id, commitOn(head, making));
    entries.push(...next.entries);
    head = next.head;
  }
  return entries;
}

export const headOf = ({ version, revision }: Head): Head => ({ version, revision });

/** The head of the last of some entries. */
export function lastOf(entries: readonly Entry[]): Head {
  return headOf(entries.at(-1) as Entry);
}

/** What is stored under `id`, which has to be a context. */
export async function contextAt(backend: Backend, id: string, rule: string): Promise<Extract<Stored, { snapshot: object }>> {
  const stored = await backend.load(id);
  if (stored === null || "deleted" in stored) throw new BrokenContract(rule, "a context", shown(stored));
  return stored;
}

/** @throws BrokenContract where the log isn't these versions */
export async function hasVersions(backend: Backend, id: string, versions: readonly number[], rule: string): Promise<void> {
  const { tail } = await contextAt(backend, id, rule);
  same(
    rule,
    tail.map(({ version }) => version),
    versions,
  );
}
