/**
 * Linear memory as both sides know it, see `src/wasm/area.rs`: one area for ids, one for texts, one for the numbers of an answer.
 */
import { ChordError } from "./error.js";
import type { Edition, Glue, Parts } from "./edition.js";
import type { Room } from "./utf8-writer.js";
import { Printer } from "./printer.js";

/** Places of numbers in an answer; the names are those of `src/wasm/output.rs`. */
const place = { address: 0, ascii: 1, parts: 2, lengths: 3, version: 7, counter: 8, at: 9, extra: 10, count: 12 } as const;

const smallestArea = 4096;
const keptArea = 1024 * 1024;

const encoder = new TextEncoder();
// A text may begin with U+FEFF, which is no mark here but part of it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text that bytes are of. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

interface Latin1 {
  latin1Slice(start: number, end: number): string;
}

interface NodeBuffer {
  from(buffer: ArrayBuffer): Partial<Latin1>;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
}

/**
 * Linear memory of one instance, and the views into it, made anew whenever memory has grown: views from before have no length then, which is
 * told sooner than whether memory still has the same buffer.
 */
export class Memory implements Room {
  /** The functions generated for it. */
  readonly glue: Glue;
  readonly #exports: Exports;
  #all = new Uint8Array(0);
  #latin1: Latin1 | undefined;
  #numbers = new Float64Array(0);
  #id = new Uint8Array(0);
  #idSize = smallestArea;
  #text = new Uint8Array(0);
  #textSize = smallestArea;
  /** How many texts in a row would have done with an area that is kept. */
  #smallTexts = 0;
  #hasTrapped = false;
  /** How many times it was written to or asked: whoever is writing notices when somebody else was in between, and the views may be void. */
  uses = 0;

  /** One for all engines: what one is printing sees when another comes in between and the room moves. */
  readonly printer: Printer;

  constructor({ glue }: Parts, exports: Exports) {
    this.glue = glue;
    this.#exports = exports;
    this.printer = new Printer(this);
  }

  /** Whether calls may be made. */
  get isInUse(): boolean {
    return !this.#hasTrapped;
  }

  /** @throws ChordError `internal` where calls may not be made any more */
  checkInUse(): void {
    if (!this.isInUse) throw new ChordError("internal", "an earlier defect cost this Chord its memory; open a new one");
  }

  /** Notes that the instance is not to be used any more. */
  trapped(): void {
    this.#hasTrapped = true;
  }

  /** Where texts are written; to be asked for anew after anything that may have made memory grow. */
  get bytes(): Uint8Array {
    if (this.#text.length === 0) this.#refresh();
    return this.#text;
  }

  /** Makes the area for texts larger and keeps what is in it. */
  grow(bytes: number): void {
    this.#textSize = Math.max(bytes, 2 * this.#textSize);
    this.#refresh();
  }

  /** Notes that texts are about to be written and says how many times they were. Very large ones don't pin their room: it is given back after two small ones. */
  beginText(): number {
    if (this.#smallTexts >= 2 && this.#textSize > keptArea) {
      this.#textSize = keptArea;
      this.#refresh();
    }
    this.uses += 1;
    return this.uses;
  }

  /** Notes that texts of so many bytes were written. */
  written(bytes: number): void {
    this.#smallTexts = bytes <= keptArea ? this.#smallTexts + 1 : 0;
  }

  /** Writes an id, or what goes with one behind its bytes, and gives how many bytes it takes. Mostly they are short ASCII, for which a loop is quickest. */
  writeId(text: string, from = 0): number {
    const length = text.length;
    this.uses += 1;
    if (from + 3 * length > this.#idSize) this.#growIds(from, 3 * length);
    if (this.#id.length === 0) this.#refresh();
    const area = this.#id;
    if (length <= 64) {
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

  #growIds(kept: number, bytes: number): void {
    const before = this.#id.slice(0, kept);
    this.#idSize = kept + bytes;
    this.#refresh();
    this.#id.set(before);
  }

  /** Writes texts one behind the other and gives the bytes of each. */
  writeTexts(...texts: string[]): number[] {
    this.beginText();
    const most = texts.reduce((sum, text) => sum + 3 * text.length, 0);
    if (most > this.bytes.length) this.grow(most);
    const lengths: number[] = [];
    let at = 0;
    for (const text of texts) {
      const { written } = encoder.encodeInto(text, at === 0 ? this.#text : this.#text.subarray(at));
      lengths.push(written);
      at += written;
    }
    this.written(at);
    return lengths;
  }

  /** Writes numbers to where those of an answer will be. */
  writeNumbers(numbers: readonly number[]): void {
    this.checkInUse();
    this.#numbersNow().set(numbers);
  }

  /** A number of the answer. */
  number(name: keyof typeof place): number {
    return this.#numbersNow()[place[name]] as number;
  }

  /** The text of the answer at a place, `""` where there is none. */
  part(index: number): string {
    const numbers = this.#numbersNow();
    if (index >= (numbers[place.parts] as number)) return "";
    let start = numbers[place.address] as number;
    for (let before = 0; before < index; before += 1) start += numbers[place.lengths + before] as number;
    return this.#read(start, numbers[place.lengths + index] as number, numbers[place.ascii] === 1);
  }

  /** The first two texts of the answer. One string is read faster than two, where bytes are characters. */
  firstParts(): readonly [string, string] {
    const numbers = this.#numbersNow();
    const first = numbers[place.lengths] as number;
    const second = numbers[place.lengths + 1] as number;
    if (numbers[place.ascii] !== 1 || first === 0 || second === 0) return [this.part(0), this.part(1)];
    const both = this.#read(numbers[place.address] as number, first + second, true);
    return [both.slice(0, first), both.slice(first)];
  }

  #read(start: number, length: number, isAscii: boolean): string {
    if (length === 0) return "";
    if (isAscii && this.#latin1 !== undefined) return this.#latin1.latin1Slice(start, start + length);
    return textOf(this.#all.subarray(start, start + length));
  }

  #numbersNow(): Float64Array {
    if (this.#numbers.length === 0) this.#refresh();
    return this.#numbers;
  }

  /** Where the areas are. Asking for them may grow memory and so void what was made before. */
  #areas(): readonly [number, number, number] {
    const { glue } = this;
    try {
      return [glue.idArea(this.#idSize), glue.textArea(this.#textSize), glue.numbersArea()];
    } catch (cause) {
      this.trapped();
      throw new ChordError("internal", "there is no memory left for what was passed; open a new Chord and pass less at once", { cause });
    }
  }

  #refresh(): void {
    const [id, text, numbers] = this.#areas();
    const buffer = this.#exports.memory.buffer as ArrayBuffer;
    this.#all = new Uint8Array(buffer);
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
