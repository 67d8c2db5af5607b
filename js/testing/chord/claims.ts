/** How claims about a `Chord` over a backend are made. */
import type { Chord } from "../../chord.js";
import type { ChordOptions } from "../../options.js";
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

export type Check = (open: (options?: ChordOptions) => Promise<Chord>, ground: Ground<Connection>) => Promise<void>;

/** A claim about instances, each with a connection of its own to one store. */
export function claim(name: string, check: Check, ...needs: readonly Capability[]): Claim<Connection> {
  return { name, needs, check: (ground) => check(async (options) => (await ground.connect()).open(options), ground) };
}
