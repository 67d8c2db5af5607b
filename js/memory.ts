/**
 * Linear memory as both sides know it, see `src/wasm/area.rs`: one area for ids, one for texts, one for the numbers of an answer.
 */
import { ChordError } from "./error.js";
import type { Edition, Glue, Parts } from "./edition.js";

/** Places of numbers in an answer; the names are those of `src/wasm/output.rs`. */
const place = { address: 0, ascii: 1, parts: 2, lengths: 3, version: 7, counter: 8, at: 9, extra: 10, count: 12 } as const;

const smallestArea = 4096;
const keptArea = 1024 * 1024;

const encoder = new TextEncoder();
// A text may begin with U+FEFF, which is no mark here but part of it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

interface Latin1 {
  latin1Slice(start: number, end: number): string;
}

interface NodeBuffer {
  from(buffer: ArrayBuffer): Partial<Latin1>;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
}

/** Linear memory of one instance, and the views into it; made anew whenever memory has grown. */
export class Memory {
  /** The functions generated for it. */
  readonly glue: Glue;
  readonly #edition: Edition;
  readonly #exports: Exports;
  #buffer: ArrayBuffer | undefined;
  #bytes = new Uint8Array(0);
  #latin1: Latin1 | undefined;
  #numbers = new Float64Array(0);
  #id = new Uint8Array(0);
  #idSize = 0;
  #text = new Uint8Array(0);
  #textSize = 0;
  #hasTrapped = false;

  constructor({ edition, glue }: Parts, exports: Exports) {
    this.glue = glue;
    this.#edition = edition;
    this.#exports = exports;
  }

  /** Whether calls may be made. */
  get isInUse(): boolean {
    return this === instances.get(this.#edition) && !this.#hasTrapped;
  }

  /** @throws ChordError `internal` where calls may not be made any more */
  checkInUse(): void {
    if (!this.isInUse) throw new ChordError("internal", "an earlier defect cost this Chord its memory; open a new one");
  }

  /** Notes that the instance is not to be used any more. */
  trapped(): void {
    this.#hasTrapped = true;
  }

  /** Writes an id and gives its bytes. */
  writeId(id: string): number {
    this.#reserve(3 * id.length, this.#textSize);
    return this.#putId(id, 0);
  }

  /** Writes an id and what goes with it, one behind the other, and gives the bytes of each. */
  writeIds(first: string, second = ""): [number, number] {
    // At once: making room for the second alone could lose the first.
    this.#reserve(3 * (first.length + second.length), this.#textSize);
    const bytes = this.#putId(first, 0);
    return [bytes, second === "" ? 0 : this.#putId(second, bytes)];
  }

  /** Mostly ids are short ASCII, for which a loop is quickest. */
  #putId(text: string, from: number): number {
    const length = text.length;
    const area = this.#id;
    if (length <= 32) {
      let at = 0;
      while (at < length) {
        const code = text.charCodeAt(at);
        if (code >= 128) break;
        area[from + at] = code;
        at += 1;
      }
      if (at === length) return length;
    }
    return encoder.encodeInto(text, from === 0 ? area : area.subarray(from)).written;
  }

  /** Writes texts one behind the other and gives the bytes of each. */
  writeTexts(...texts: string[]): number[] {
    const most = texts.reduce((sum, text) => sum + 3 * text.length, 0);
    this.#reserve(this.#idSize, most);
    const lengths: number[] = [];
    let at = 0;
    for (const text of texts) {
      const { written } = encoder.encodeInto(text, at === 0 ? this.#text : this.#text.subarray(at));
      lengths.push(written);
      at += written;
    }
    return lengths;
  }

  /** Writes one text and gives its bytes. */
  writeText(text: string): number {
    const length = text.length;
    this.#reserve(this.#idSize, length + 64);
    const first = encoder.encodeInto(text, this.#text);
    if (first.read === length) return first.written;
    // Not ASCII after all, so that the room did not do.
    this.#reserve(this.#idSize, 3 * length);
    return encoder.encodeInto(text, this.#text).written;
  }

  /** Writes numbers to where those of an answer will be. */
  writeNumbers(numbers: readonly number[]): void {
    this.checkInUse();
    this.#refresh();
    this.#numbers.set(numbers);
  }

  /** A number of the answer. */
  number(name: keyof typeof place): number {
    this.#refresh();
    return this.#numbers[place[name]] as number;
  }

  /** The text of the answer at a place, `""` where there is none. */
  part(index: number): string {
    this.#refresh();
    const numbers = this.#numbers;
    if (index >= (numbers[place.parts] as number)) return "";
    let start = numbers[place.address] as number;
    for (let before = 0; before < index; before += 1) start += numbers[place.lengths + before] as number;
    const length = numbers[place.lengths + index] as number;
    if (length === 0) return "";
    if (numbers[place.ascii] === 1 && this.#latin1 !== undefined) return this.#latin1.latin1Slice(start, start + length);
    return decoder.decode(this.#bytes.subarray(start, start + length));
  }

  #reserve(idBytes: number, textBytes: number): void {
    this.checkInUse();
    this.#refresh();
    // One very large text doesn't pin its room: the next small one gives it back.
    const isWasteful = this.#textSize > keptArea && textBytes <= keptArea;
    if (idBytes <= this.#idSize && textBytes <= this.#textSize && !isWasteful) return;
    if (idBytes > this.#idSize) this.#idSize = Math.max(smallestArea, idBytes);
    if (textBytes > this.#textSize || isWasteful) this.#textSize = Math.max(smallestArea, textBytes);
    this.#buffer = undefined;
    this.#refresh();
  }

  #refresh(): void {
    if (this.#buffer === this.#exports.memory.buffer) return;
    // Asking for the areas may grow memory and so void what was made before.
    const { glue } = this;
    const id = glue.idArea(this.#idSize);
    const text = glue.textArea(this.#textSize);
    const numbers = glue.numbersArea();
    const buffer = this.#exports.memory.buffer as ArrayBuffer;
    this.#buffer = buffer;
    this.#bytes = new Uint8Array(buffer);
    this.#id = new Uint8Array(buffer, id, this.#idSize);
    this.#text = new Uint8Array(buffer, text, this.#textSize);
    this.#numbers = new Float64Array(buffer, numbers, place.count);
    const bytes = (globalThis as { Buffer?: NodeBuffer }).Buffer?.from(buffer);
    this.#latin1 = typeof bytes?.latin1Slice === "function" ? (bytes as Latin1) : undefined;
  }
}

/** The instances in use, made anew after a trap: linear memory that was left in the middle of something is not to be trusted. */
const instances = new Map<Edition, Memory>();

/** The memory of the instance that all engines of this process share, which use the same edition. */
export function memoryOf(module: WebAssembly.Module, parts: Parts): Memory {
  const { edition, glue } = parts;
  const last = instances.get(edition);
  if (last?.isInUse) return last;
  try {
    if (last !== undefined) glue.__wbg_reset_state();
    const memory = new Memory(parts, glue.initSync({ module }));
    instances.set(edition, memory);
    return memory;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ChordError("invalid_argument", `option wasm is not this release's ${edition}.wasm: ${reason}`, { cause });
  }
}
