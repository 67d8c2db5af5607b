/**
 * Plays deltas forwards and backwards over a frozen value, for results that are read late.
 *
 * The deltas are the engine's own and fit, so nothing is checked here; what users hand in goes through the engine's `apply`. Objects on the
 * way to a change are copied once however many deltas touch them, everything else is shared. Played forwards, keys end up in the stored
 * order: a changed key keeps its place, an added one goes to the end. Played backwards, a removed key comes back at the end.
 */
import { type Draft, put } from "./frozen.js";
import type { ArrayEdit, Change, Delta, Json, JsonObject } from "./types.js";

type Direction = "forwards" | "backwards";

function isChange(node: Change | Delta): node is Change {
  return Object.hasOwn(node, "action") && typeof node.action === "string";
}

/** Some deltas being played: the copies that may still be altered, because nobody else has seen them. */
class Replay {
  readonly #copies = new Set<unknown>();

  constructor(readonly direction: Direction) {}

  draft(value: Json | undefined): Draft {
    if (this.#copies.has(value)) return value as Draft;
    const copy: Draft = { ...(value as JsonObject) };
    this.#copies.add(copy);
    return copy;
  }

  #array(value: Json | undefined): Json[] {
    if (this.#copies.has(value)) return value as Json[];
    const copy = [...(value as readonly Json[])];
    this.#copies.add(copy);
    return copy;
  }

  play(target: Draft, delta: Delta): void {
    for (const key of Object.keys(delta)) {
      const node = delta[key];
      if (node === undefined) continue;
      if (!isChange(node)) {
        const inner = this.draft(target[key]);
        put(target, key, inner);
        this.play(inner, node);
      } else if (node.action === "edited") {
        const inner = this.#array(target[key]);
        put(target, key, inner);
        this.#edit(inner, node.edits);
      } else if (node.action === (this.direction === "forwards" ? "removed" : "added")) {
        delete target[key];
      } else {
        put(target, key, this.#outcome(node));
      }
    }
  }

  /** The value a scalar change leads to in the direction of play. */
  #outcome(change: Change): Json {
    if (change.action === "edited") return null;
    if (this.direction === "forwards") return change.action === "removed" ? null : change.value;
    return change.action === "added" ? null : (change.oldValue ?? null);
  }

  #edit(target: Json[], edits: readonly ArrayEdit[]): void {
    const inOrder = this.direction === "forwards" ? edits : edits.toReversed();
    for (const edit of inOrder) {
      if (!("delta" in edit)) {
        const removed = edit.removed as readonly Json[];
        if (this.direction === "forwards") splice(target, edit.index, removed.length, edit.added);
        else splice(target, edit.index, edit.added.length, removed);
      } else {
        target[edit.index] = this.#element(target[edit.index], edit.delta);
      }
    }
  }

  #element(value: Json | undefined, delta: Delta | Change): Json {
    if (!isChange(delta)) {
      const inner = this.draft(value);
      this.play(inner, delta);
      return inner;
    }
    if (delta.action !== "edited") return this.#outcome(delta);
    const inner = this.#array(value);
    this.#edit(inner, delta.edits);
    return inner;
  }

  freeze(): void {
    for (const copy of this.#copies) Object.freeze(copy);
  }
}

// Arguments live on the stack, which a long array would overflow.
const mostArguments = 10_000;

function splice(target: Json[], index: number, count: number, items: readonly Json[]): void {
  if (items.length <= mostArguments) {
    target.splice(index, count, ...items);
    return;
  }
  const rest = target.slice(index + count);
  target.length = index;
  for (const item of items) target.push(item);
  for (const item of rest) target.push(item);
}

/** The state that `deltas`, played in the order given, lead to. `value` is left alone; the result is frozen. */
export function replay(value: JsonObject, deltas: readonly Delta[], direction: Direction): JsonObject {
  const replay = new Replay(direction);
  const state = replay.draft(value);
  for (const delta of deltas) replay.play(state, delta);
  replay.freeze();
  return state;
}
