/** What `updateContext` was given, as the two texts the engine takes: what to merge, and the operations after it. */
import { ChordError } from "./error.js";
import { type JsonLimits, JsonWalk, stringify } from "./json.js";
import { FieldOperation } from "./operation.js";

/** The texts of one update. */
export interface ChangesText {
  readonly merge: string;
  /** `undefined` where there is nothing but values to merge, which is nearly always. */
  readonly operations: string | undefined;
}

type KeyPath = readonly string[];

class Collected {
  readonly remove: KeyPath[] = [];
  readonly append: [KeyPath, readonly unknown[]][] = [];
  readonly increment: [KeyPath, number][] = [];
  #left: number;
  readonly #limits: JsonLimits;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
    this.#left = limits.bytes;
  }

  from(object: object, path: KeyPath, pathBytes: number): void {
    for (const key of Object.keys(object)) {
      const item: unknown = Object.getOwnPropertyDescriptor(object, key)?.value;
      if (item !== undefined && (typeof item !== "object" || item === null || Array.isArray(item))) continue;
      const bytes = pathBytes + key.length + 3;
      const here = [...path, key];
      if (item !== undefined && !(item instanceof FieldOperation)) {
        this.from(item, here, bytes);
        continue;
      }
      // Paths repeat what their objects share, so they are counted by themselves.
      this.#left -= bytes;
      if (this.#left < 0) {
        throw new ChordError(
          "limit_exceeded",
          `changes: the paths of removals and operations are larger than ${this.#limits.bytes} bytes; split the update`,
          { path: here },
        );
      }
      if (item === undefined) this.remove.push(here);
      else if (item.operation === "append") this.append.push([here, item.items]);
      else this.increment.push([here, item.by]);
    }
  }
}

/**
 * The texts of `changes`.
 *
 * @throws ChordError `invalid_value` or `limit_exceeded`, with the path
 */
export function changesText(changes: unknown, limits: JsonLimits): ChangesText {
  const walk = new JsonWalk(limits);
  const checked = walk.check(changes, true, "changes");
  const merge = stringify(checked, walk, "changes");
  if (!walk.removes && !walk.operates) return { merge, operations: undefined };
  const collected = new Collected(limits);
  collected.from(checked, [], 0);
  const { remove, append, increment } = collected;
  const operations = {
    ...(remove.length !== 0 && { remove }),
    ...(append.length !== 0 && { append }),
    ...(increment.length !== 0 && { increment }),
  };
  return { merge, operations: stringify(operations, walk, "changes") };
}
