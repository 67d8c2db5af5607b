/** Cases: what they are, what they run on, and how a test runner gets them. */
import { BrokenContract, shown } from "./contract.js";
import { within } from "./waiting.js";

/**
 * What not every backend can do. A case that needs one which is said to be lacking is skipped, by name.
 *
 * - `"sharing"`: several connections to one store, in one process or in many.
 * - `"watching"`: `watch`, for backends; listeners that hear of other instances' commits, for a `Chord`.
 * - `"tails"`: to tell by `since` and in conflicts what has happened, where `"reload"` would do.
 * - `"megabytes"`: states and deltas of a megabyte.
 */
export type Capability = "sharing" | "watching" | "tails" | "megabytes";

/** A store that nobody has used yet. */
export interface FreshStore<Connection> {
  /** Another connection to it, not opened yet. Where sharing is lacking it is asked for one at a time. */
  connect(): Connection | Promise<Connection>;
  /** Called when all connections have been closed: there is nothing to keep. */
  drop?(): unknown;
}

/** How to run cases. */
export interface ConformanceOptions {
  /** What is known to be lacking. */
  readonly lacks?: readonly Capability[] | undefined;
  /** Milliseconds that one case may take; what it waits for in between may take a quarter of them. Default 30,000. */
  readonly timeout?: number | undefined;
}

/** One claim. */
export interface ConformanceCase {
  /** What holds. */
  readonly name: string;
  /** Why it isn't run: the capability that is lacking. */
  readonly skipped?: string;
  /** Rejects with a `BrokenContract` where it doesn't hold. */
  run(): Promise<void>;
}

/** The `test` of a test runner: of `node:test`, `bun:test`, Vitest, Jest, Deno. */
export type Register = (name: string, body: () => Promise<void>) => unknown;

/** What a claim is checked on. */
export interface Ground<Connection> {
  /** Another connection to the case's store, open; the same one again where sharing is lacking. */
  connect(): Promise<Connection>;
  lacks(capability: Capability): boolean;
  /** Milliseconds that what has to come may take: a part of what the whole case may. */
  readonly patience: number;
}

export interface Claim<Connection> {
  readonly name: string;
  readonly needs: readonly Capability[];
  check(ground: Ground<Connection>): Promise<void>;
}

/** How connections come and go. */
export interface Doors<Given, Connection> {
  open(given: Given, lacks: (capability: Capability) => boolean): Promise<Connection>;
  close(connection: Connection): Promise<void>;
}

async function runOn<Given, Connection>(
  claim: Claim<Connection>,
  makeStore: () => FreshStore<Given> | Promise<FreshStore<Given>>,
  doors: Doors<Given, Connection>,
  lacks: (capability: Capability) => boolean,
  timeout: number,
): Promise<void> {
  const store = await makeStore();
  const connections: Connection[] = [];
  const connect = async (): Promise<Connection> => {
    const [first] = connections;
    if (first !== undefined && lacks("sharing")) return first;
    const connection = await doors.open(await store.connect(), lacks);
    connections.push(connection);
    return connection;
  };
  try {
    await claim.check({ connect, lacks, patience: timeout / 4 });
  } finally {
    // What closing fails with must not hide why the case failed.
    await Promise.allSettled(connections.map((connection) => doors.close(connection)));
    await store.drop?.();
  }
}

/** The cases for claims, each on a store of its own. */
export function casesOf<Given, Connection>(
  claims: readonly Claim<Connection>[],
  makeStore: () => FreshStore<Given> | Promise<FreshStore<Given>>,
  doors: Doors<Given, Connection>,
  { lacks: lacking = [], timeout = 30_000 }: ConformanceOptions,
): readonly ConformanceCase[] {
  const lacks = (capability: Capability): boolean => lacking.includes(capability);
  return claims.map((claim) => {
    const { name } = claim;
    const missing = claim.needs.filter(lacks);
    const run = async (): Promise<void> => {
      try {
        await within(timeout, name, runOn(claim, makeStore, doors, lacks, timeout));
      } catch (error) {
        if (error instanceof BrokenContract) throw error;
        throw new BrokenContract(name, "no error", shown(error), { cause: error });
      }
    };
    return missing.length === 0 ? { name, run } : { name, skipped: `lacks ${missing.join(", ")}`, run };
  });
}

/**
 * Registers cases with a test runner. Those that are skipped go to `skip`; where the runner has none, they are registered as tests that do
 * nothing and say so in their names.
 */
export function register(cases: readonly ConformanceCase[], test: Register & { readonly skip?: unknown }): void {
  for (const { name, skipped, run } of cases) {
    if (skipped === undefined) test(name, run);
    else if (typeof test.skip === "function") (test.skip as Register)(`${name} (${skipped})`, run);
    else test(`skipped: ${name} (${skipped})`, async () => {});
  }
}
