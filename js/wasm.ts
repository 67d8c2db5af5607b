/**
 * The other side of `src/wasm`: writes arguments into linear memory, calls, reads the answer.
 *
 * Generated glue stays off the hot paths: arguments and results are numbers, texts go through areas of linear memory that are
 * known to both sides. Views of them are made anew whenever memory has grown.
 */
import type { Cleaned, Committed, Core, Guard, LogEntry, Settled, State, Synced } from "./core.js";
import { ChordError, type ChordErrorCode, type Path, showPath } from "./error.js";
import * as glue from "./glue/chord.js";
import type { Settings } from "./options.js";

/** What calls answer with; the names are those of `src/wasm/class.rs`. */
const failed = 0;
const done = 1;
const nothing = 2;
const created = 3;
const full = 4;

/** Places of numbers in an answer; the names are those of `src/wasm/output.rs`. */
const place = { address: 0, ascii: 1, parts: 2, lengths: 3, version: 7, counter: 8, at: 9, extra: 10, count: 12 } as const;

const formats = ["default", "json-patch", "merge-patch"] as const;
const noGuard = -1;
const smallestArea = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Latin1 {
  latin1Slice(start: number, end: number): string;
}

interface NodeBuffer {
  from(buffer: ArrayBuffer): Partial<Latin1>;
}

/** Linear memory of the one instance all engines share, and the views into it. */
class Memory {
  readonly exports: glue.InitOutput;
  #buffer: ArrayBuffer | undefined;
  #bytes = new Uint8Array(0);
  #latin1: Latin1 | undefined;
  numbers = new Float64Array(0);
  #id = new Uint8Array(0);
  #idSize = 0;
  #text = new Uint8Array(0);
  #textSize = 0;

  constructor(exports: glue.InitOutput) {
    this.exports = exports;
  }

  /** Writes ids, one behind the other, and gives their bytes. Mostly they are short ASCII, for which a loop is quickest. */
  writeId(text: string, from = 0): number {
    const length = text.length;
    this.#reserve(from + 3 * length, this.#textSize);
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

  /** Writes texts one behind the other; their bytes are in `textBytes`. */
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

  /** The parts of the answer as strings, missing ones empty. */
  parts(count: number): string[] {
    this.#refresh();
    const { numbers } = this;
    let start = numbers[place.address] as number;
    const lengths = Array.from({ length: count }, (_, part) =>
      part < (numbers[place.parts] as number) ? (numbers[place.lengths + part] as number) : 0,
    );
    if (numbers[place.ascii] === 1 && this.#latin1 !== undefined) {
      const all = this.#latin1.latin1Slice(start, start + lengths.reduce((sum, length) => sum + length, 0));
      let at = 0;
      return lengths.map((length) => all.slice(at, (at += length)));
    }
    return lengths.map((length) => decoder.decode(this.#bytes.subarray(start, (start += length))));
  }

  /** The only part of the answer. */
  part(): string {
    this.#refresh();
    const { numbers } = this;
    return this.slice(numbers[place.address] as number, numbers[place.lengths] as number);
  }

  slice(start: number, length: number): string {
    if (length === 0) return "";
    if (this.numbers[place.ascii] === 1 && this.#latin1 !== undefined) return this.#latin1.latin1Slice(start, start + length);
    return decoder.decode(this.#bytes.subarray(start, start + length));
  }

  /** Makes the numbers readable after a call, which may have moved memory. */
  settle(): Float64Array {
    this.#refresh();
    return this.numbers;
  }

  #reserve(idBytes: number, textBytes: number): void {
    this.#refresh();
    if (idBytes <= this.#idSize && textBytes <= this.#textSize) return;
    if (idBytes > this.#idSize) this.#idSize = Math.max(smallestArea, idBytes);
    if (textBytes > this.#textSize) this.#textSize = Math.max(smallestArea, textBytes);
    this.#buffer = undefined;
    this.#refresh();
  }

  #refresh(): void {
    if (this.#buffer === this.exports.memory.buffer) return;
    // Asking for the areas may grow memory and so void what was made before.
    const id = glue.idArea(this.#idSize);
    const text = glue.textArea(this.#textSize);
    const numbers = glue.numbersArea();
    const buffer = this.exports.memory.buffer as ArrayBuffer;
    this.#buffer = buffer;
    this.#bytes = new Uint8Array(buffer);
    this.#id = new Uint8Array(buffer, id, this.#idSize);
    this.#text = new Uint8Array(buffer, text, this.#textSize);
    this.numbers = new Float64Array(buffer, numbers, place.count);
    const bytes = (globalThis as { Buffer?: NodeBuffer }).Buffer?.from(buffer);
    this.#latin1 = typeof bytes?.latin1Slice === "function" ? (bytes as Latin1) : undefined;
  }
}

/** The instance in use, made anew after a trap: linear memory that was left in the middle of something is not to be trusted. */
let memory: Memory | undefined;
let hasTrapped = false;

function memoryOf(module: WebAssembly.Module): Memory {
  if (memory !== undefined && !hasTrapped) return memory;
  if (hasTrapped) glue.__wbg_reset_state();
  hasTrapped = false;
  memory = new Memory(glue.initSync({ module }));
  return memory;
}

/** The engine for `settings`, over the instance of `module` that all engines of this process share. */
export function openCore(module: WebAssembly.Module, settings: Settings): Core {
  return new WasmCore(memoryOf(module), settings);
}

function hex(high: number, low: number): string {
  return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, "0");
}

/** A commit's text parts and numbers, read at once; the revision is put together when somebody asks for it. */
class Outcome implements Committed {
  readonly changed: boolean;
  readonly version: number;
  readonly insertedAt: number;
  readonly delta: string | undefined;
  readonly context: string | undefined;
  readonly bytes: number;
  readonly #writer: string;
  readonly #counter: number;

  constructor(status: number, numbers: Float64Array, delta: string, context: string, writer: string, foreign: string) {
    this.changed = status !== nothing;
    this.version = numbers[place.version] as number;
    this.insertedAt = numbers[place.at] as number;
    this.delta = delta === "" ? undefined : delta;
    this.context = context === "" ? undefined : context;
    this.bytes = numbers[place.extra] as number;
    this.#counter = numbers[place.counter] as number;
    this.#writer = this.#counter < 0 ? foreign : writer;
  }

  get revision(): string {
    return this.#counter < 0 ? this.#writer : this.#writer + this.#counter.toString(16);
  }
}

class WasmCore implements Core {
  readonly #memory: Memory;
  readonly #engine: glue.Chord;
  /** What revisions of this engine's own begin with. */
  readonly #writer: string;
  #isClosed = false;

  constructor(memory: Memory, settings: Settings) {
    const [writerHigh = 0, writerLow = 0, ...seed] = crypto.getRandomValues(new Uint32Array(4));
    this.#memory = memory;
    this.#writer = `${hex(writerHigh, writerLow)}-`;
    this.#engine = this.#trapped(
      () =>
        new glue.Chord({
          contextTtl: settings.contextAutoDelete ? settings.contextTtl : null,
          deltaTtl: settings.deltaTtl,
          deltaThreshold: settings.deltaThreshold,
          tombstoneTtl: settings.tombstoneTtl,
          contextBytes: settings.limits.contextBytes,
          depth: settings.limits.depth,
          logBytes: settings.limits.logBytes,
          writer: [writerHigh, writerLow],
          seed,
        }),
    );
  }

  set(id: string, context: string, guard: Guard | undefined, now: number): Settled<Committed> {
    const text = this.#memory.writeText(context);
    const idBytes = this.#memory.writeId(id);
    const known = guard?.revision === undefined ? 0 : this.#memory.writeId(guard.revision, idBytes);
    return this.#committed(() => this.#engine.set(idBytes, known, text, guard?.version ?? noGuard, now));
  }

  update(id: string, changes: string, operations: string | undefined, guard: Guard | undefined, now: number): Settled<Committed> {
    let text: number;
    let more = 0;
    if (operations === undefined) text = this.#memory.writeText(changes);
    else [text = 0, more = 0] = this.#memory.writeTexts(changes, operations);
    const idBytes = this.#memory.writeId(id);
    const known = guard?.revision === undefined ? 0 : this.#memory.writeId(guard.revision, idBytes);
    return this.#committed(() => this.#engine.update(idBytes, known, text, more, guard?.version ?? noGuard, now));
  }

  restore(id: string, context: string, version: number, now: number): Settled<Committed> {
    const text = this.#memory.writeText(context);
    const idBytes = this.#memory.writeId(id);
    return this.#committed(() => this.#engine.restore(idBytes, text, version, now));
  }

  get(id: string, have: { readonly version: number; readonly revision: string } | undefined): Settled<State | "same" | undefined> {
    const idBytes = this.#memory.writeId(id);
    const known = have === undefined ? 0 : this.#memory.writeId(have.revision, idBytes);
    const status = this.#call(() => this.#engine.get(idBytes, known, have?.version ?? 0));
    if (status === nothing) return undefined;
    return status === done ? "same" : this.#state();
  }

  sync(id: string, since: { readonly version: number; readonly revision?: string }, oldValues: boolean): Settled<Synced> {
    const idBytes = this.#memory.writeId(id);
    const known = since.revision === undefined ? 0 : this.#memory.writeId(since.revision, idBytes);
    const status = this.#call(() => this.#engine.sync(idBytes, known, since.version, oldValues));
    if (status === full) return { type: "full_context", state: this.#state() };
    const [delta = "", foreign = ""] = this.#memory.parts(2);
    const { version, revision, insertedAt } = this.#head(foreign);
    if (status === nothing) return { type: "no_change", version, revision };
    return { type: "delta", delta, fromVersion: since.version, version, revision, insertedAt };
  }

  delete(id: string, guard: Guard | undefined, now: number): Settled<{ readonly version: number; readonly revision: string } | undefined> {
    const idBytes = this.#memory.writeId(id);
    const known = guard?.revision === undefined ? 0 : this.#memory.writeId(guard.revision, idBytes);
    const status = this.#call(() => this.#engine.delete(idBytes, known, guard?.version ?? noGuard, now));
    if (status === nothing) return undefined;
    const { version, revision } = this.#head(this.#memory.part());
    return { version, revision };
  }

  list(
    limit: number,
    cursor: string | undefined,
    order: "asc" | "desc",
    prefix: string,
  ): Settled<{ readonly ids: readonly string[]; readonly cursor?: string }> {
    const cursorBytes = cursor === undefined ? 0 : this.#memory.writeId(cursor);
    const prefixBytes = this.#memory.writeId(prefix, cursorBytes);
    this.#call(() => this.#engine.list(limit, cursorBytes, prefixBytes, order === "desc", 0));
    const hasMore = this.#memory.settle()[place.extra] === 1;
    const ids = JSON.parse(this.#memory.part()) as string[];
    const last = ids.at(-1);
    return hasMore && last !== undefined ? { ids, cursor: last } : { ids };
  }

  deltas(id: string, limit: number, order: "asc" | "desc"): Settled<readonly LogEntry[]> {
    const idBytes = this.#memory.writeId(id);
    this.#call(() => this.#engine.deltas(idBytes, limit, order === "desc"));
    const kept = JSON.parse(this.#memory.part()) as [number, string, number, unknown][];
    return kept.map(([version, revision, insertedAt, delta]) => ({ version, revision, insertedAt, delta: JSON.stringify(delta) }));
  }

  cleanup(limit: number, now: number): Settled<Cleaned> {
    this.#call(() => this.#engine.cleanup(limit, now));
    const deltas = this.#memory.settle()[place.extra] as number;
    const removed = JSON.parse(this.#memory.part()) as [string, number, string][];
    return { deltas, deleted: removed.map(([contextId, version, revision]) => ({ contextId, version, revision })) };
  }

  close(): Settled<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#trapped(() => this.#engine.free());
  }

  diff(before: string, after: string): string {
    const [a = 0, b = 0] = this.#memory.writeTexts(before, after);
    return this.#computed(() => glue.diff(a, b));
  }

  merge(deltas: string): string {
    const text = this.#memory.writeText(deltas);
    return this.#computed(() => glue.merge(text));
  }

  apply(context: string, delta: string): string {
    const [a = 0, b = 0] = this.#memory.writeTexts(context, delta);
    return this.#computed(() => glue.apply(a, b));
  }

  invert(delta: string): string {
    const text = this.#memory.writeText(delta);
    return this.#computed(() => glue.invert(text));
  }

  format(
    format: (typeof formats)[number],
    delta: string,
    contextId: string | undefined,
    version: number | undefined,
    context: string | undefined,
  ): string {
    const [a = 0, b = 0] = this.#memory.writeTexts(delta, context ?? "");
    const idBytes = contextId === undefined ? 0 : this.#memory.writeId(contextId);
    return this.#computed(() => glue.format(formats.indexOf(format), idBytes, version ?? -1, a, b));
  }

  /** Panics, for the test of what a defect looks like. */
  trap(): void {
    this.#trapped(() => this.#engine.trap());
  }

  #committed(call: () => number): Committed {
    const status = this.#call(call);
    const numbers = this.#memory.settle();
    const isForeign = (numbers[place.counter] as number) < 0;
    const [delta = "", context = "", foreign = ""] = this.#memory.parts(isForeign ? 3 : 2);
    return new Outcome(status === created ? created : status, numbers, delta, context, this.#writer, foreign);
  }

  #computed(call: () => number): string {
    this.#call(call);
    return this.#memory.part();
  }

  #state(): State {
    const [context = "", foreign = ""] = this.#memory.parts(2);
    return { context, ...this.#head(foreign) };
  }

  #head(foreign: string): { version: number; revision: string; insertedAt: number } {
    const numbers = this.#memory.settle();
    const counter = numbers[place.counter] as number;
    return {
      version: numbers[place.version] as number,
      revision: counter < 0 ? foreign : this.#writer + counter.toString(16),
      insertedAt: numbers[place.at] as number,
    };
  }

  /** The status of a call, or its error. */
  #call(call: () => number): number {
    const status = this.#trapped(call);
    if (status !== failed) return status;
    const [code = "internal", message = "", path = ""] = this.#memory.parts(3);
    if (path === "") throw new ChordError(code as ChordErrorCode, message);
    const keys = JSON.parse(path) as Path;
    throw new ChordError(code as ChordErrorCode, `${showPath(keys)}: ${message}`, { path: keys });
  }

  #trapped<T>(call: () => T): T {
    if (this.#memory !== memory || hasTrapped) {
      throw new ChordError("internal", "an earlier defect cost this Chord its memory; open a new one");
    }
    try {
      return call();
    } catch (cause) {
      hasTrapped = true;
      throw new ChordError("internal", "a defect in Chord stopped it; open a new one, and please report this with its cause", { cause });
    }
  }
}
