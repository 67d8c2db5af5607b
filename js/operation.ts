/** Field operations: what stands in place of a value in `updateContext` and is computed when the update commits. */
import type { Append, Increment, Json } from "./types.js";

/** What `append()` and `increment()` make: a marker that the check of changes knows, and that printing leaves out. */
export class FieldOperation {
  /** Nobody else can make something that has it. */
  readonly #isGenuine = true;
  declare readonly operation: "append" | "increment";
  declare readonly items: readonly Json[];
  declare readonly by: number;

  constructor(operation: "append" | "increment", items: readonly Json[], by: number) {
    this.operation = operation;
    this.items = items;
    this.by = by;
    Object.freeze(this);
  }

  /** Whether a value is one, and not merely looks like one. */
  static is(value: object): value is FieldOperation {
    return #isGenuine in value;
  }

  toJSON(): undefined {
    return undefined;
  }
}

/**
 * Adds `items` to the end of the array in its place when the update commits; creates the array when there is none.
 * Concurrent appends all survive, and a sync sends only what was added. On another kind of value the update is an `invalid_value`.
 *
 * @example
 * await chord.updateContext("room:7", { messages: append({ from: "ada", text: "hello" }) });
 */
export function append(...items: readonly Json[]): Append {
  return new FieldOperation("append", Object.freeze(items), 0) as Append;
}

/**
 * Adds `by` to the number in its place when the update commits; begins at 0 when there is none. Negative numbers subtract.
 * Concurrent increments all survive. On another kind of value the update is an `invalid_value`.
 *
 * @example
 * await chord.updateContext("page:home", { visits: increment() });
 */
export function increment(by = 1): Increment {
  return new FieldOperation("increment", [], by) as Increment;
}
