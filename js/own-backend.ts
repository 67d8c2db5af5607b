/**
 * Asks a backend that the user brought what the engine wants to know, and checks what it answers.
 *
 * The other side is `src/wasm/own_backend.rs`, and `src/backend/contract_text.rs` says what passes between the two.
 */
import type { Backend, Commit, Head, Keep, News, Page, Removal } from "./backend.js";
import { ChordError, type ChordErrorCode } from "./error.js";

/** Methods by the number of the question. A pause is no backend's to answer. */
const methods = ["load", "since", "commit", "remove", "trim", "expired", "list", "pause", "open", "close"] as const;
type Method = (typeof methods)[number];

const revisions = /^[0-9a-f]{1,16}-[0-9a-f]{1,16}$/;
const kinds = { context: "c", deltas: "d", tombstone: "t" } as const;
/** How long a try waits at most after one that came too late, in milliseconds; and how much longer after each further one. */
const [firstPause, furtherPause] = [4, 0.5];

const encoder = new TextEncoder();

export class OwnBackend {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Asks a question, and hands on the text of the answer, or a ChordError with what the method failed with as its cause. */
  ask(question: number, id: string, argument: string, done: (answer: string) => void, failed: (error: ChordError) => void): void {
    const method = methods[question] as Method;
    const refused = (thrown: unknown): void => failed(failureOf(method, thrown));
    let answer: unknown;
    try {
      answer = this.#call(method, id, argument);
    } catch (thrown) {
      // Not at once: whoever asks is at work.
      Promise.reject(thrown).catch(refused);
      return;
    }
    const answered = (answer: unknown): void => {
      let text: string;
      try {
        text = textOf(method, answer);
      } catch (error) {
        failed(error instanceof ChordError ? error : failureOf(method, error));
        return;
      }
      done(text);
    };
    Promise.resolve(answer).then(answered, refused);
  }

  #call(method: Method, id: string, argument: string): unknown {
    const backend = this.#backend;
    switch (method) {
      case "load":
        return backend.load(id);
      case "since":
        return backend.since(id, JSON.parse(argument) as Head);
      case "commit":
        return backend.commit(id, commitOf(argument));
      case "remove":
        return backend.remove(id, JSON.parse(argument) as Removal);
      case "trim":
        return backend.trim(id, ...(JSON.parse(argument) as [Keep, number | null]));
      case "expired":
        return backend.expired(...(JSON.parse(argument) as [number, number]));
      case "list":
        return backend.list({ cursor: undefined, ...(JSON.parse(argument) as Omit<Page, "cursor">) });
      case "open":
        return backend.open?.();
      case "close":
        return backend.close?.();
      case "pause":
        return pause(Number(argument));
    }
  }
}

/**
 * Waits at random, so that those who met once don't meet again. Trying again at once would keep everybody busy with what comes to nothing:
 * of eight processes that write one context, seven.
 */
function pause(tries: number): Promise<void> {
  const most = firstPause + furtherPause * tries;
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}

type CommitText = [
  version: number,
  revision: string,
  isReset: 0 | 1,
  entries: [version: number, revision: string, previous: string, delta: string, insertedAt: number][],
  expiresAt: number | null,
  deltasExpireAt: number | null,
  count: number | null,
  bytes: number | null,
  after: number | null,
  snapshot?: string,
];

function commitOf(argument: string): Commit {
  const [baseVersion, baseRevision, isReset, entries, expiresAt, deltasExpireAt, count, bytes, after, snapshot] = JSON.parse(
    argument,
  ) as CommitText;
  const [version, revision] = entries[entries.length - 1] as CommitText[3][number];
  return {
    base: baseVersion === 0 ? null : { version: baseVersion, revision: baseRevision },
    head: { version, revision },
    ...(isReset === 1 ? { reset: true } : undefined),
    entries: entries.map(([version, revision, previous, delta, insertedAt]) => ({ version, revision, previous, delta, insertedAt })),
    ...(snapshot === undefined ? undefined : { snapshot }),
    expiresAt,
    deltasExpireAt,
    keep: { count, bytes, after },
  };
}

function failureOf(method: Method, thrown: unknown): ChordError {
  const { code, reason } = toldBy(thrown);
  return new ChordError(code, `backend.${method}() failed: ${reason}`, { cause: thrown });
}

/** Where somebody's code threw an error of ours, its code stays. Reading it may run that code again. */
function toldBy(thrown: unknown): { code: ChordErrorCode; reason: string } {
  try {
    const { name, code, message } = (thrown ?? {}) as { readonly name?: unknown; readonly code?: unknown; readonly message?: unknown };
    const isOurs = name === "ChordError" && ChordError.codes.includes(code as ChordErrorCode);
    const told = typeof message === "string" && message !== "" ? message : thrown;
    const reason = typeof told === "string" && told !== "" ? told : "see the cause";
    return { code: isOurs ? (code as ChordErrorCode) : "backend_error", reason };
  } catch {
    return { code: "backend_error", reason: "see the cause" };
  }
}

function textOf(method: Method, answer: unknown): string {
  const read = new Reader(answer, `${method}()`);
  switch (method) {
    case "load":
      return read.isNothing ? "" : stored(read.object());
    case "since":
      return news(read.object());
    case "commit":
      return committed(read.object());
    case "remove":
      return read.isNothing || answer === false ? "" : `{${read.object().head()}}`;
    case "trim":
      return String(read.whole());
    case "expired":
      return read
        .list((item) => marked(kinds[item.get("kind").oneOf(Object.keys(kinds) as (keyof typeof kinds)[])], item.get("id").text()))
        .join("");
    case "list": {
      const ids = read.get("ids").list((id) => marked("i", id.text()));
      return ids.join("") + (ids.length > 0 && !read.get("cursor").isNothing ? "+" : "");
    }
    default:
      return "";
  }
}

function stored(read: Reader): string {
  const head = read.get("head").head();
  if (read.get("deleted").value === true) return `{${head},"deleted":true}`;
  const at = read.get("insertedAt").number();
  const snapshot = read.get("snapshot");
  const version = snapshot.get("version").whole();
  const context = snapshot.get("context").text();
  return `{${head},"insertedAt":${at},"snapshotVersion":${version},"snapshot":${context},"tail":${entries(read.get("tail"))}}`;
}

function news(read: Reader): string {
  const kind = read.get("kind").oneOf<News["kind"]>(["same", "gone", "reload", "tail"]);
  return kind === "tail" ? entries(read.get("entries")) : kind;
}

function committed(read: Reader): string {
  if (read.get("ok").boolean()) return "";
  const tail = read.get("tail");
  return tail.isNothing || tail.value === "reload" ? "reload" : entries(tail);
}

function entries(read: Reader): string {
  return `[${read.list(entry)}]`;
}

function entry(read: Reader): string {
  const version = read.get("version").whole();
  const revision = read.get("revision").revision();
  const previous = read.get("previous");
  const before = previous.value === "" ? "" : previous.revision();
  return `[${version},"${revision}","${before}",${read.get("insertedAt").number()},${read.get("delta").text()}]`;
}

/** An id that can be told from what comes after it. */
function marked(mark: string, id: string): string {
  return `${mark}${encoder.encode(id).length}:${id}`;
}

/** Reads an answer, or a part of one, and says where it is not what it should be. */
class Reader {
  constructor(
    readonly value: unknown,
    readonly at: string,
  ) {}

  get isNothing(): boolean {
    return this.value === null || this.value === undefined;
  }

  get(key: string): Reader {
    let value: unknown;
    try {
      value = (this.value as { readonly [key: string]: unknown } | null | undefined)?.[key];
    } catch {
      // What can't be read is absent.
    }
    return new Reader(value, `${this.at}.${key}`);
  }

  #refuse(what: string): never {
    throw new ChordError("backend_error", `the backend answered with something else than ${what} as ${this.at}`);
  }

  object(): this {
    return typeof this.value === "object" && this.value !== null ? this : this.#refuse("an object");
  }

  text(): string {
    return typeof this.value === "string" ? this.value : this.#refuse("a string");
  }

  boolean(): boolean {
    return typeof this.value === "boolean" ? this.value : this.#refuse("true or false");
  }

  number(): number {
    return typeof this.value === "number" && Number.isFinite(this.value) ? this.value : this.#refuse("a finite number");
  }

  whole(): number {
    return Number.isSafeInteger(this.value) && (this.value as number) >= 0 ? (this.value as number) : this.#refuse("a whole number");
  }

  revision(): string {
    const revision = this.text();
    return revisions.test(revision) ? revision : this.#refuse("a revision as it was committed");
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    return choices.find((choice) => choice === this.value) ?? this.#refuse(choices.map((choice) => `"${choice}"`).join(" or "));
  }

  /** The fields of a head. */
  head(): string {
    return `"version":${this.get("version").whole()},"revision":"${this.get("revision").revision()}"`;
  }

  list<T>(read: (item: Reader) => T): T[] {
    if (!Array.isArray(this.value)) return this.#refuse("an array");
    const items: T[] = [];
    // By position: an array may bring an iterator of its own.
    for (let at = 0; at < this.value.length; at += 1) items.push(read(new Reader(this.value[at], `${this.at}[]`)));
    return items;
  }
}
