/** How claims about a `Chord` over a backend are made. */
import type { Chord } from "../../chord.js";
import { ChordError, type ChordErrorCode } from "../../error.js";
import type { ChordOptions } from "../../options.js";
import { BrokenContract, shown } from "../contract.js";
import type { Capability, Claim, Doors, Ground } from "../suite.js";

/** What `Chord.open` takes as `backend`. */
export type BackendOption = NonNullable<ChordOptions["backend"]>;

/** A connection to open instances over. */
export interface Connection {
  open(options?: ChordOptions): Promise<Chord>;
  /** Closes what is open. */
  close(): Promise<void>;
}

/** Instances are opened as claims ask for them, each with options of its own. */
export function doorsOf(open: (options: ChordOptions) => Promise<Chord>): Doors<BackendOption, Connection> {
  return {
    async open(backend) {
      const opened: Chord[] = [];
      return {
        async open(options = {}) {
          const chord = await open({ ...options, backend });
          opened.push(chord);
          return chord;
        },
        async close() {
          await Promise.allSettled(opened.map((chord) => chord.close()));
        },
      };
    },
    close: (connection) => connection.close(),
  };
}

/** Opens an instance over a connection of its own; the rule is the claim's name, `patience` the milliseconds that what has to come may take. */
export type Check = (open: (options?: ChordOptions) => Promise<Chord>, rule: string, patience: number) => Promise<void>;

/** A claim about instances on one store. */
export function claim(name: string, check: Check, ...needs: readonly Capability[]): Claim<Connection> {
  const opener = (ground: Ground<Connection>) => async (options?: ChordOptions) => (await ground.connect()).open(options);
  return { name: `Chord: ${name}`, needs, check: (ground) => check(opener(ground), `Chord: ${name}`, ground.patience) };
}

/** Two instances with the same options. */
export async function two(open: (options?: ChordOptions) => Promise<Chord>, options?: ChordOptions): Promise<readonly [Chord, Chord]> {
  return [await open(options), await open(options)];
}

/** A clock that stands still until `now` is set. */
export function manualClock(): { now: number; readonly timeProvider: () => number } {
  const clock = { now: 1_000_000, timeProvider: () => clock.now };
  return clock;
}

/** The code of the error that a call rejects with; another outcome breaks the rule. */
export async function refusal(call: Promise<unknown>, code: ChordErrorCode, rule: string): Promise<void> {
  const came = await call.then(
    (value) => `${shown(value)}`,
    (error: unknown) => (error instanceof ChordError ? error.code : shown(error)),
  );
  if (came !== code) throw new BrokenContract(rule, `an error with the code ${code}`, came);
}
