/** Prints what users hand in to where the engine reads it, or refuses it. */
import { ChordError } from "./error.js";
import { jsonError } from "./json-problem.js";
import { failed, type JsonLimits, JsonWriter } from "./json-writer.js";
import type { Room } from "./utf8-writer.js";
import type { Memory } from "./memory.js";

/** A value, what it may measure, what it is called in errors, and that it is an array where it is one. */
export type Printable = readonly [value: unknown, limits: JsonLimits, subject: string, kind?: "array"];

/** Room apart from linear memory. */
class Apart implements Room {
  bytes = new Uint8Array(4096);

  grow(bytes: number): void {
    const before = this.bytes;
    this.bytes = new Uint8Array(Math.max(bytes, 2 * before.length));
    this.bytes.set(before);
  }
}

/**
 * Reading a proxy runs code of its owner, which may call Chord and so have something else printed to the same place, or the place move. It is
 * noticed afterwards; all is read and printed once more then, in a place apart.
 *
 * What is refused is a ChordError `invalid_value` or `limit_exceeded`, with the path.
 */
export class Printer {
  readonly #memory: Memory;
  readonly #writer: JsonWriter;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#writer = new JsonWriter(memory);
  }

  /** Prints an object and gives the bytes of its text. */
  object(value: unknown, limits: JsonLimits, subject: string): number {
    return this.#print((writer) => printed(writer, writer.print(value, 0, limits, "object"), value, limits, subject));
  }

  /** Prints changes and gives the bytes of their text. */
  changes(value: unknown, limits: JsonLimits): number {
    return this.#print((writer) => printed(writer, writer.printChanges(value, limits), value, limits, "changes"));
  }

  /** Prints values one behind the other and gives the bytes of each. */
  values(...values: readonly Printable[]): number[] {
    let lengths: number[] = [];
    this.#print((writer) => {
      lengths = [];
      let at = 0;
      for (const [value, limits, subject, kind] of values) {
        const end = printed(writer, writer.print(value, at, limits, kind ?? "object"), value, limits, subject);
        lengths.push(end - at);
        at = end;
      }
      return at;
    });
    return lengths;
  }

  /** Has something printed and gives where it ends. */
  #print(print: (writer: JsonWriter) => number): number {
    this.#memory.checkInUse();
    const use = this.#memory.beginText();
    let end = 0;
    try {
      end = print(this.#writer);
    } catch (refusal) {
      if (this.#memory.uses === use) throw refusal;
    }
    if (this.#memory.uses !== use) end = this.#printApart(print);
    this.#memory.written(end);
    return end;
  }

  #printApart(print: (writer: JsonWriter) => number): number {
    const room = new Apart();
    const bytes = print(new JsonWriter(room));
    // Code of a proxy's owner may have cost the instance its life.
    this.#memory.checkInUse();
    if (bytes > this.#memory.bytes.length) this.#memory.grow(bytes);
    this.#memory.bytes.set(room.bytes.subarray(0, bytes));
    return bytes;
  }
}

/** Where the text ends, unless it was refused. */
function printed(writer: JsonWriter, end: number, value: unknown, limits: JsonLimits, subject: string): number {
  if (end !== failed) return end;
  // What a walk that lacks memory throws is no fault of the value.
  if (writer.culprit instanceof ChordError && writer.problem === "threw") throw writer.culprit;
  throw jsonError(writer, value, subject, limits);
}
