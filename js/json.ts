/**
 * JSON exactly or refused: the check of what is handed in, and its text.
 *
 * One walk visits each value once, runs no getter, and stops as soon as the text would be longer or deeper than allowed, so that a bomb
 * costs no more than an honest value. Lone surrogates and the exact length in bytes are left to the engine, which sees each byte anyway.
 * The indices of arrays are read without looking for accessors: that would cost as much as printing them.
 */
import { cycleOn } from "./cycle.js";
import { ChordError, kindOf, quote, showPath } from "./error.js";
import { FieldOperation } from "./operation.js";

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

/** What one sub-object, shared by many, adds: so that its second meeting costs nothing. */
interface Measure {
  readonly bytes: number;
  readonly otherBytes: number;
  readonly height: number;
}

// Below these, remembering a sub-object costs more than walking it again.
const measuredFrom = 64 * 1024;
const measuredBytes = 1024;

type Problem = "accessor" | "bytes" | "depth" | "extra" | "kind" | "misplaced" | "prototype" | "sparse" | "symbol" | "threw";

const failed = -1;

/** Such as -2.2250738585072014e-308. */
const longestFraction = 24;

/** How many digits a large number has at least beyond the first. From 1e21 on it is printed with an exponent. */
function moreDigits(number: number): number {
  const size = Math.abs(number);
  if (size >= 1e15) return size < 1e21 ? 15 : 4;
  if (size >= 1e9) return size >= 1e11 ? 11 : 9;
  return size >= 1e6 ? 6 : 3;
}

/** Whether `prototype` is what another realm calls `Object.prototype` or `Array.prototype`. */
function isForeign(prototype: object, native: string): boolean {
  const maker: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return (
    typeof maker === "function" &&
    Function.prototype.toString.call(maker) === native &&
    getOwnPropertyDescriptor(maker, "prototype")?.value === prototype
  );
}

/** One walk over one value. */
export class JsonWalk {
  /** Some field is `undefined` where that means "remove". */
  removes = false;
  /** Some field is an `append()` or `increment()`. */
  operates = false;
  readonly #limits: JsonLimits;
  #left: number;
  #otherLeft: number;
  #measures: Map<object, Measure> | undefined;
  /** How much longer the fractions met so far may be than they were counted. */
  #unsure = 0;
  #printsItself = false;
  #problem: Problem = "kind";
  #culprit: unknown;
  /** Where the problem is, innermost key first. */
  #path: (string | number)[] | undefined;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
    this.#left = limits.bytes;
    this.#otherLeft = limits.bytes;
  }

  /**
   * Checks a whole object; `subject` names it in errors.
   *
   * @param merged whether `undefined` and field operations are allowed in it, outside arrays
   * @throws ChordError `invalid_value` or `limit_exceeded`, with the path
   */
  check(root: unknown, merged: boolean, subject: string): object {
    if (typeof root !== "object" || root === null) throw this.#rootError(root, subject);
    let height: number;
    try {
      if (Array.isArray(root) || root instanceof FieldOperation) throw this.#rootError(root, subject);
      height = this.#object(root, 1, merged);
    } catch (cause) {
      if (cause instanceof ChordError) throw cause;
      height = this.#fail("threw", cause);
    }
    if (height === failed) throw this.#error(root, subject);
    return root;
  }

  /** Checks a whole array, whatever is in it. */
  checkArray(root: readonly unknown[], subject: string): void {
    if (this.#array(root, 1) === failed) throw this.#error(root, subject);
  }

  /** Whether something that isn't ours would print the value its own way. */
  get isTampered(): boolean {
    return this.#printsItself;
  }

  #object(value: object, depth: number, merged: boolean): number {
    try {
      if (depth > this.#limits.depth) return this.#fail("depth");
      const before = this.#left;
      const otherBefore = this.#otherLeft;
      const many = this.#limits.bytes - before >= measuredFrom;
      if (many) {
        const known = this.#meet(value, depth);
        if (known !== 0) return known;
      }
      const isDelta = this.#limits.isDelta;
      const prototype: object | null = getPrototypeOf(value);
      if (prototype !== objectPrototype && prototype !== null) {
        if (value instanceof FieldOperation) return this.#operation(value, depth, merged);
        if (!isForeign(prototype, nativeObject)) return this.#fail("prototype", value);
      }
      // Of its own, though hidden, or by its prototype: JSON.stringify would let it print what it likes.
      if ("toJSON" in value) this.#printsItself = true;
      let height = 0;
      this.#left -= 1;
      for (const key in value) {
        const property = getOwnPropertyDescriptor(value, key);
        if (property === undefined) continue;
        if (property.get !== undefined || property.set !== undefined) return this.#fail("accessor", undefined, key);
        const item: unknown = property.value;
        const isOld = isDelta && (key === "oldValue" || key === "removed");
        if (isOld) this.#switchSides();
        let bytes = key.length + 5;
        switch (typeof item) {
          case "string":
            bytes += item.length + 1;
            break;
          case "number":
            // True of NaN and the infinities alone.
            if (item - item !== 0) return this.#fail("kind", item, key);
            if (item % 1 !== 0) bytes += this.#fraction(item);
            else if (item >= 1e3 || item <= -1e3) bytes += moreDigits(item);
            break;
          case "boolean":
            bytes += 3;
            break;
          case "object": {
            if (item === null) {
              bytes += 3;
              break;
            }
            bytes -= 1;
            const inner = Array.isArray(item) ? this.#array(item, depth + 1) : this.#object(item, depth + 1, merged);
            if (inner > height) height = inner;
            else if (inner === failed) return this.#within(key);
            break;
          }
          case "undefined":
            if (merged) this.removes = true;
            bytes = 0;
            break;
          default:
            return this.#fail("kind", item, key);
        }
        this.#left -= bytes;
        if (this.#left < 0) return this.#fail("bytes", undefined, key);
        if (isOld) this.#switchSides();
      }
      if (getOwnPropertySymbols(value).length !== 0) return this.#fail("symbol", getOwnPropertySymbols(value)[0]);
      if (many) this.#measure(value, before, otherBefore, height + 1);
      return height + 1;
    } catch (cause) {
      return this.#fail("threw", cause);
    }
  }

  /**
   * How many characters a fraction has beyond the first: two at least. Printing tells, and takes longer than all else here; so it is asked only
   * when so many fractions have come that they may be too much if all are as long as they can be.
   */
  #fraction(number: number): number {
    this.#unsure += longestFraction - 3;
    return this.#left >= this.#unsure ? 2 : String(number).length - 1;
  }

  /** Whether each element is there and is a value. */
  #elements(value: readonly unknown[]): number {
    for (let index = 0; index < value.length; index += 1) {
      const property = getOwnPropertyDescriptor(value, index);
      if (property === undefined) return this.#fail("sparse", index);
      if (property.get !== undefined || property.set !== undefined) return this.#fail("accessor", undefined, index);
    }
    return 0;
  }

  #array(value: readonly unknown[], depth: number): number {
    try {
      if (depth > this.#limits.depth) return this.#fail("depth");
      const before = this.#left;
      const otherBefore = this.#otherLeft;
      const many = this.#limits.bytes - before >= measuredFrom;
      if (many) {
        const known = this.#meet(value, depth);
        if (known !== 0) return known;
      }
      const prototype: object | null = getPrototypeOf(value);
      if (prototype !== arrayPrototype) {
        if (prototype === null || !isForeign(prototype, nativeArray)) return this.#fail("prototype", value);
      }
      if ("toJSON" in value) this.#printsItself = true;
      const length = value.length;
      this.#left -= 1;
      // Before anything that takes as long as the array.
      if (this.#left < length * 2) return this.#fail("bytes");
      let height = 0;
      // Seeing a getter without running it takes ten times what all else here does, so long arrays are counted first.
      const isLong = length > 1000;
      if (!isLong && this.#elements(value) === failed) return failed;
      for (let index = 0; index < length; index += 1) {
        const item = value[index];
        let bytes = 2;
        switch (typeof item) {
          case "string":
            bytes += item.length + 1;
            break;
          case "number":
            if (item - item !== 0) return this.#fail("kind", item, index);
            if (item % 1 !== 0) bytes += this.#fraction(item);
            else if (item >= 1e3 || item <= -1e3) bytes += moreDigits(item);
            break;
          case "boolean":
            bytes += 3;
            break;
          case "object": {
            if (item === null) {
              bytes += 3;
              break;
            }
            bytes -= 1;
            const inner = Array.isArray(item) ? this.#array(item, depth + 1) : this.#object(item, depth + 1, false);
            if (inner > height) height = inner;
            else if (inner === failed) return this.#within(index);
            break;
          }
          default:
            return item === undefined && !Object.hasOwn(value, index) ? this.#fail("sparse", index) : this.#fail("kind", item, index);
        }
        this.#left -= bytes;
        if (this.#left < 0) return this.#fail("bytes", undefined, index);
      }
      if (isLong && this.#elements(value) === failed) return failed;
      // Only now, as it takes as long as the array may be.
      const own = keys(value);
      if (own.length !== length) return this.#fail("extra", own.at(-1));
      if (getOwnPropertySymbols(value).length !== 0) return this.#fail("symbol", getOwnPropertySymbols(value)[0]);
      if (many) this.#measure(value, before, otherBefore, height + 1);
      return height + 1;
    } catch (cause) {
      return this.#fail("threw", cause);
    }
  }

  /** Goes on counting what belongs to the other of the two states a delta tells of. */
  #switchSides(): void {
    const left = this.#left;
    this.#left = this.#otherLeft;
    this.#otherLeft = left;
  }

  #operation(value: FieldOperation, depth: number, merged: boolean): number {
    if (!merged) return this.#fail("misplaced", value);
    this.operates = true;
    if (value.operation === "append") return this.#array(value.items, depth);
    return Number.isFinite(value.by) ? 1 : this.#fail("kind", value.by);
  }

  /** The height of a value measured before, or 0. */
  #meet(value: object, depth: number): number {
    const known = this.#measures?.get(value);
    if (known === undefined) return 0;
    this.#left -= known.bytes;
    this.#otherLeft -= known.otherBytes;
    if (this.#left < 0 || this.#otherLeft < 0) return this.#fail("bytes");
    return depth + known.height - 1 > this.#limits.depth ? this.#fail("depth") : known.height;
  }

  #measure(value: object, before: number, otherBefore: number, height: number): void {
    const bytes = before - this.#left;
    const otherBytes = otherBefore - this.#otherLeft;
    if (bytes + otherBytes < measuredBytes) return;
    this.#measures ??= new Map();
    this.#measures.set(value, { bytes, otherBytes, height });
  }

  #fail(problem: Problem, culprit?: unknown, key?: string | number): number {
    this.#problem = problem;
    this.#culprit = culprit;
    this.#path = key === undefined ? [] : [key];
    return failed;
  }

  #within(key: string | number): number {
    this.#path?.push(key);
    return failed;
  }

  #rootError(root: unknown, subject: string): ChordError {
    return new ChordError("invalid_value", `${subject} must be a plain object, got ${kindOf(root)}`, { path: [] });
  }

  #error(root: object, subject: string): ChordError {
    let path: readonly (string | number)[] = (this.#path ?? []).reverse();
    const isLimit = this.#problem === "bytes" || this.#problem === "depth";
    const cycle = isLimit ? cycleOn(root, path) : undefined;
    if (cycle !== undefined) path = cycle;
    const at = `${subject}: ${showPath(path)}`;
    if (cycle !== undefined) {
      return new ChordError("invalid_value", `${at} refers back to an object it is part of; JSON can't hold cycles`, { path });
    }
    switch (this.#problem) {
      case "depth":
        return new ChordError(
          "limit_exceeded",
          `${at} is nested deeper than ${this.#limits.depth} levels; flatten it or raise limits.depth`,
          { path },
        );
      case "bytes":
        return new ChordError(
          "limit_exceeded",
          `${subject} is larger than ${this.#limits.bytes} bytes of JSON (at ${showPath(path)}); split it or raise limits.contextBytes`,
          { path },
        );
      case "threw":
        if (isStackOverflow(this.#culprit)) {
          const advice = "is nested deeper than the stack has room for here; flatten it";
          return new ChordError("limit_exceeded", `${at} ${advice}`, { path, cause: this.#culprit });
        }
        return new ChordError("invalid_value", `${at} threw when it was read; pass plain data`, { path, cause: this.#culprit });
      default:
        return new ChordError("invalid_value", `${at} ${this.#complaint()}`, { path });
    }
  }

  #complaint(): string {
    switch (this.#problem) {
      case "accessor":
        return "is a getter or setter; pass its value";
      case "extra":
        return `has the property ${quote(String(this.#culprit))} besides its elements; JSON can't hold that`;
      case "misplaced":
        return "is an append() or increment(); these work in updateContext only, and not inside arrays";
      case "prototype":
        return `is an instance of ${nameOfClass(this.#culprit)}; convert it to plain JSON first`;
      case "sparse":
        return `has a hole at index ${String(this.#culprit)}; use null`;
      case "symbol":
        return `has the symbol key ${String(this.#culprit)}; JSON can't hold symbols`;
      default:
        return `is ${kindOf(this.#culprit)}, which JSON can't hold`;
    }
  }
}

/** Checking and printing recurse, and callers may have left them little room. */
function isStackOverflow(cause: unknown): boolean {
  return cause instanceof Error && /call stack|recursion/i.test(cause.message);
}

function nameOfClass(value: unknown): string {
  try {
    const maker: unknown = getOwnPropertyDescriptor(getPrototypeOf(value), "constructor")?.value;
    const name: unknown = typeof maker === "function" ? getOwnPropertyDescriptor(maker, "name")?.value : undefined;
    if (typeof name === "string" && name !== "") return name;
  } catch {
    // A proxy that let itself be read once only.
  }
  return "a class";
}

/** Prints a checked value as `JSON.stringify` does where no `toJSON` is in the way; `undefined` for what isn't printed. */
function print(value: unknown): string | undefined {
  if (value instanceof FieldOperation) return undefined;
  if (Array.isArray(value)) return `[${value.map((item) => print(item) ?? "null").join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields: string[] = [];
  for (const key of keys(value)) {
    const text = print(getOwnPropertyDescriptor(value, key)?.value);
    if (text !== undefined) fields.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${fields.join()}}`;
}

/** The text of a value `walk` has passed; `undefined` fields and field operations are left out. */
export function stringify(value: object, walk: JsonWalk, subject: string): string {
  try {
    return (walk.isTampered ? print(value) : JSON.stringify(value)) ?? "{}";
  } catch (cause) {
    if (isStackOverflow(cause)) {
      throw new ChordError("limit_exceeded", `${subject} is nested deeper than the stack has room for here; flatten it`, {
        path: [],
        cause,
      });
    }
    throw new ChordError("invalid_value", `${subject} threw when it was read; pass plain data`, { path: [], cause });
  }
}

/**
 * The JSON text of a whole object.
 *
 * @throws ChordError `invalid_value` or `limit_exceeded`, with the path
 */
export function textOf(value: unknown, limits: JsonLimits, subject: string): string {
  const walk = new JsonWalk(limits);
  return stringify(walk.check(value, false, subject), walk, subject);
}
