/**
 * JSON exactly or refused: one walk checks what is handed in and prints it, so that what was checked is what is written.
 *
 * It prints as `JSON.stringify` does where no `toJSON` is in the way, in UTF-8, straight to where the engine reads it. Each value is read once, and
 * no getter is run but that of an element of a very long array, which is refused then all the same. The walk stops as soon as the text is longer
 * or deeper than allowed, so a bomb costs no more than an honest value.
 * Lone surrogates are printed as escapes and left to the engine, which refuses them.
 */
import type { JsonProblem } from "./json-problem.js";
import { FieldOperation } from "./operation.js";
import { scalarRoom, Utf8Writer } from "./utf8-writer.js";

/** What a value may measure. */
export interface JsonLimits {
  /** Of its JSON text in UTF-8. */
  readonly bytes: number;
  /** Nested objects and arrays; the root is 1. */
  readonly depth: number;
  /** It is a delta: what fields named `oldValue` and `removed` hold may measure `bytes` by itself, being of another state than the rest. */
  readonly isDelta: boolean;
}

const { getOwnPropertyDescriptor, getOwnPropertySymbols, getPrototypeOf, keys } = Object;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;
const nativeObject = Function.prototype.toString.call(Object);
const nativeArray = Function.prototype.toString.call(Array);

/** Tells a getter without running it, in a third of the time that a descriptor takes. */
const lookupGetter: (this: object, key: PropertyKey) => unknown =
  (objectPrototype as { __lookupGetter__?: (this: object, key: PropertyKey) => unknown }).__lookupGetter__ ??
  function (this: object, key: PropertyKey) {
    return getOwnPropertyDescriptor(this, key)?.get;
  };

/** What one sub-object, shared by many, came to: so that it is copied where it is met again. */
interface Printed {
  readonly start: number;
  readonly end: number;
  /** How many levels it has. */
  readonly height: number;
  /** How many of its bytes belong to another state. */
  readonly old: number;
  /** Where it stood: elsewhere it may be printed or counted otherwise. */
  readonly merged: boolean;
  readonly isInOld: boolean;
}

// Below these, remembering a sub-object costs more than walking it again.
const rememberedFrom = 64 * 1024;
const rememberedBytes = 1024;

/** In the place of an end: what was to be printed is refused. */
export const failed = -1;

/** Arrays longer than that are measured before getters are looked for. */
const longArray = 1000;

/** Whether `prototype` is what another realm calls `Object.prototype` or `Array.prototype`. */
function isForeign(prototype: object, native: string): boolean {
  const maker: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return (
    typeof maker === "function" &&
    Function.prototype.toString.call(maker) === native &&
    getOwnPropertyDescriptor(maker, "prototype")?.value === prototype
  );
}

/** Whether somebody gave all objects or arrays a field that loops come upon. */
function isPolluted(): boolean {
  for (const _ in arrayPrototype) return true;
  return false;
}

/** Prints one value after another. */
export class JsonWriter extends Utf8Writer {
  problem: JsonProblem = "kind";
  culprit: unknown;
  /** Where the problem is, innermost key first. */
  path: (string | number)[] = [];
  #limits: JsonLimits = { bytes: 0, depth: 0, isDelta: false };
  /** How much belongs to another state, the one that a delta tells of or changes remove fields from, and doesn't count. */
  #old = 0;
  #isInOld = false;
  #isPolluted = false;
  /** The deepest level met, in the sub-object that is being remembered. */
  #deepest = 0;
  #copies: Map<object, Printed> | undefined;

  /** Prints an object, or an array where that is wanted, at `start` and gives where its text ends, or -1 where it is refused. */
  print(root: unknown, start: number, limits: JsonLimits, kind: "object" | "array"): number {
    return this.#root(root, start, limits, kind === "array", false);
  }

  /** Prints changes, in which `undefined` and field operations are allowed outside arrays, as `src/document/changes.rs` reads them. */
  printChanges(root: unknown, limits: JsonLimits): number {
    return this.#root(root, 0, limits, false, true);
  }

  #root(root: unknown, start: number, limits: JsonLimits, isArray: boolean, merged: boolean): number {
    this.renew();
    this.#limits = limits;
    this.end = start + limits.bytes;
    this.#old = 0;
    this.#isInOld = false;
    this.#isPolluted = isPolluted();
    this.#copies = undefined;
    if (typeof root !== "object" || root === null) return this.#fail("root");
    try {
      if (start + scalarRoom > this.bytes.length) this.grow(start + scalarRoom);
      if (Array.isArray(root)) return isArray ? this.#array(root, start, 1) : this.#fail("root");
      return isArray || FieldOperation.is(root) ? this.#fail("root") : this.#object(root, start, 1, merged);
    } catch (cause) {
      return this.#fail("threw", cause);
    }
  }

  /** Prints what stands under a key or index, where there is room for a scalar. */
  #value(item: unknown, at: number, depth: number, merged: boolean, key: string | number): number {
    switch (typeof item) {
      case "string":
        return this.string(item, at, true);
      case "number":
        // Not so of NaN and the infinities alone.
        return item - item === 0 ? this.number(item, at) : this.#fail("kind", item, key);
      case "boolean":
        return item ? this.true(at) : this.raw("false", at);
      case "object": {
        if (item === null) return this.raw("null", at);
        // Not through #inner: with two frames a level instead of three, what is as deep as contexts can be has room on the stack.
        const end =
          at >= rememberedFrom
            ? this.#remembered(item, at, depth, merged)
            : Array.isArray(item)
              ? this.#array(item, at, depth)
              : this.#object(item, at, depth, merged);
        if (end === failed) this.path.push(key);
        return end;
      }
      default:
        return this.#fail("kind", item, key);
    }
  }

  #inner(value: object, start: number, depth: number, merged: boolean): number {
    return Array.isArray(value) ? this.#array(value, start, depth) : this.#object(value, start, depth, merged);
  }

  /** Like `#inner`, in a text that has grown so long that parts of it may be many times the same. */
  #remembered(value: object, start: number, depth: number, merged: boolean): number {
    const known = this.#copies?.get(value);
    if (known !== undefined && known.merged === merged && known.isInOld === this.#isInOld) return this.#copy(known, start, depth);
    const outer = this.#deepest;
    const old = this.#old;
    this.#deepest = depth;
    const end = this.#inner(value, start, depth, merged);
    if (end - start >= rememberedBytes) {
      this.#copies ??= new Map();
      this.#copies.set(value, { start, end, height: this.#deepest - depth, old: this.#old - old, merged, isInOld: this.#isInOld });
    }
    if (outer > this.#deepest) this.#deepest = outer;
    return end;
  }

  #copy({ start, end, height, old }: Printed, at: number, depth: number): number {
    const after = at + end - start;
    if (depth + height > this.#limits.depth) return this.#fail("depth");
    if (depth + height > this.#deepest) this.#deepest = depth + height;
    this.#old += old;
    this.end += old;
    if (after > this.end || this.#old > this.#limits.bytes) return this.#fail("bytes");
    if (after + scalarRoom > this.bytes.length) this.grow(after + scalarRoom);
    this.bytes.copyWithin(at, start, end);
    return after;
  }

  #object(value: object, start: number, depth: number, merged: boolean): number {
    try {
      const limits = this.#limits;
      const prototype: object | null = getPrototypeOf(value);
      if (prototype !== objectPrototype && prototype !== null) {
        if (FieldOperation.is(value)) return merged ? this.#operation(value, start, depth) : this.#fail("misplaced", value);
        if (!isForeign(prototype, nativeObject)) return this.#fail("prototype", value);
      }
      if (depth > limits.depth) return this.#fail("depth");
      if (depth > this.#deepest) this.#deepest = depth;
      const isCareful = this.#isPolluted || (prototype !== objectPrototype && prototype !== null);
      let at = start;
      this.bytes[at++] = 0x7b;
      for (const key in value) {
        if (lookupGetter.call(value, key) !== undefined || isCareful) {
          const property = getOwnPropertyDescriptor(value, key);
          if (property === undefined) continue;
          if (property.get !== undefined || property.set !== undefined) return this.#fail("accessor", undefined, key);
        }
        const item: unknown = (value as { readonly [key: string]: unknown })[key];
        if (item === undefined) {
          if (getOwnPropertyDescriptor(value, key)?.set !== undefined) return this.#fail("accessor", undefined, key);
          if (!merged) continue;
          at = this.#removal(key, at, at === start + 1);
          if (at === failed) return failed;
          continue;
        }
        const isOld = limits.isDelta && !this.#isInOld && (key === "oldValue" || key === "removed");
        if (isOld) {
          this.#isInOld = true;
          this.end += limits.bytes - this.#old;
        }
        at = this.string(key, at, at === start + 1);
        if (at > this.end) return this.#fail("bytes", undefined, key);
        this.bytes[at++] = 0x3a;
        const from = at;
        at = this.#value(item, at, depth + 1, merged, key);
        if (at === failed) return failed;
        if (at > this.end) return this.#fail("bytes", undefined, key);
        if (isOld) {
          this.#countOld(at - from);
          if (this.#old > limits.bytes) return this.#fail("bytes", undefined, key);
        }
      }
      if (getOwnPropertySymbols(value).length !== 0) return this.#fail("symbol", getOwnPropertySymbols(value)[0]);
      return this.#close(0x7d, at);
    } catch (cause) {
      return this.#fail("threw", cause);
    }
  }

  #array(value: readonly unknown[], start: number, depth: number): number {
    try {
      if (depth > this.#limits.depth) return this.#fail("depth");
      if (depth > this.#deepest) this.#deepest = depth;
      const prototype: object | null = getPrototypeOf(value);
      if (prototype !== arrayPrototype) {
        if (prototype === null || !isForeign(prototype, nativeArray)) return this.#fail("prototype", value);
      }
      const length = value.length;
      // Before anything that takes as long as the array.
      if (start + length * 2 > this.end) return this.#fail("bytes");
      // Looking for getters takes much longer than printing: what is too long is found out before.
      const isLong = length > longArray;
      let at = start;
      this.bytes[at++] = 0x5b;
      for (let index = 0; index < length; index += 1) {
        if (this.#isPolluted && !Object.hasOwn(value, index)) return this.#fail("sparse", index);
        if (!isLong && lookupGetter.call(value, index) !== undefined) return this.#fail("accessor", undefined, index);
        const item = value[index];
        if (at + scalarRoom > this.bytes.length) this.grow(at + scalarRoom);
        if (index > 0) this.bytes[at++] = 0x2c;
        if (item === undefined) return this.#noElement(value, index);
        at = this.#value(item, at, depth + 1, false, index);
        if (at === failed) return failed;
        if (at > this.end) return this.#fail("bytes", undefined, index);
      }
      if (isLong) {
        for (let index = 0; index < length; index += 1) {
          if (lookupGetter.call(value, index) !== undefined) return this.#fail("accessor", undefined, index);
        }
      }
      // Only now, as it takes as long as the array may be.
      const own = keys(value);
      if (own.length < length)
        return this.#fail(
          "sparse",
          own.findIndex((key, at) => key !== String(at)),
        );
      if (own.length > length) return this.#fail("extra", own.at(-1));
      if (getOwnPropertySymbols(value).length !== 0) return this.#fail("symbol", getOwnPropertySymbols(value)[0]);
      return this.#close(0x5d, at);
    } catch (cause) {
      return this.#fail("threw", cause);
    }
  }

  /** Ends an object or array. */
  #close(bracket: number, at: number): number {
    if (at === this.bytes.length) this.grow(at + scalarRoom);
    this.bytes[at] = bracket;
    return at < this.end ? at + 1 : this.#fail("bytes");
  }

  #noElement(value: readonly unknown[], index: number): number {
    const property = getOwnPropertyDescriptor(value, index);
    if (property === undefined) return this.#fail("sparse", index);
    return property.set === undefined ? this.#fail("kind", undefined, index) : this.#fail("accessor", undefined, index);
  }

  /** What goes is of the state before, which may measure as much as what comes. */
  #removal(key: string, start: number, isFirst: boolean): number {
    this.end += this.#limits.bytes - this.#old;
    let at = this.string(key, start, isFirst);
    if (at <= this.end) at = this.raw(":!", at);
    // With a comma, though that of the first stands behind it.
    this.#countOld(at - start + (isFirst ? 1 : 0));
    return at <= this.end && this.#old <= this.#limits.bytes ? at : this.#fail("bytes", undefined, key);
  }

  #operation({ operation, items, by }: FieldOperation, start: number, depth: number): number {
    // The sign is not the state's.
    this.end += 1;
    const at = this.raw("+", start);
    if (operation === "append") return this.#array(items, at, depth);
    return Number.isFinite(by) ? this.number(by, at) : this.#fail("kind", by);
  }

  /** So many bytes belong to another state, for which there had been room. */
  #countOld(bytes: number): void {
    this.#isInOld = false;
    this.end += bytes - (this.#limits.bytes - this.#old);
    this.#old += bytes;
  }

  #fail(problem: JsonProblem, culprit?: unknown, key?: string | number): number {
    this.problem = problem;
    this.culprit = culprit;
    this.path = key === undefined ? [] : [key];
    return failed;
  }
}
