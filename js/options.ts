/** What `Chord.open` accepts, its defaults, and the checks that name the option they refuse. */
import type { Backend } from "./backend.js";
import { ChordError, kindOf, quote } from "./error.js";
import { checkWellFormed } from "./id.js";
import type { Context, DeltaFormatter, Json, Telemetry, TimeUnit } from "./types.js";

/** A `WebAssembly.Module`. Not by that name, which Node's types don't have: it would break the build of who has no others. */
export type CompiledModule = object;

/** Something to make a `WebAssembly.Module` of. */
export type WasmSource = CompiledModule | ArrayBuffer | ArrayBufferView | Response | URL | string;

/** Where to find a context that isn't here: what `contextExternalProvider` gives. */
export interface ProvidedContext {
  readonly context: { readonly [key: string]: Json | undefined };
  /** An integer from 0 to 2^52. */
  readonly version: number;
}

/** What bounds a single input. */
export interface Limits {
  /**
   * Of a context's JSON text in UTF-8, of changes, where each operation beyond the first thousand counts as 64 bytes, and of a delta handed in without its
   * old values. Default 16 MiB.
   */
  readonly contextBytes?: number | undefined;
  /** Levels of nesting, the root being 1. Default 100, at most 1,000; in workers of browsers, whose stacks are smaller, 300. */
  readonly depth?: number | undefined;
  /** Of a context's id in UTF-8. Default 512. */
  readonly idBytes?: number | undefined;
  /** Of one context's kept deltas. Default 4 × `contextBytes`. */
  readonly logBytes?: number | undefined;
}

/**
 * Contexts in the browser's IndexedDB, shared by all pages and workers of the origin. Give every `Chord` over one database the same TTLs and
 * `timeUnit`: cleanup goes by those of the one that runs it.
 */
export interface IndexedDbBackend {
  readonly type: "indexeddb";
  /** Of the database. Default `"chord"`. */
  readonly name?: string | undefined;
  /**
   * When a write counts as stored: `"relaxed"`, the default, when the operating system has it, which outlasts the browser; `"strict"`, which is
   * slower, when it is on the disk.
   */
  readonly durability?: "relaxed" | "strict" | undefined;
}

/** How a `Chord` works. An option given as `undefined` is absent. */
export interface ChordOptions {
  /** Where contexts are kept: `"memory"`, the default, `"indexeddb"`, or a backend from elsewhere, such as `redisBackend` or one of your own. */
  readonly backend?: "memory" | "indexeddb" | IndexedDbBackend | Backend | undefined;
  /** Cleanup removes contexts that have not changed for `contextTtl`. Default `false`. */
  readonly contextAutoDelete?: boolean | undefined;
  /** In `timeUnit`; `null`, the default: unbounded. */
  readonly contextTtl?: number | null | undefined;
  /** How long deltas are kept, in `timeUnit`; `null`: unbounded. Default 24 hours. */
  readonly deltaTtl?: number | null | undefined;
  /** How many deltas of a context are kept, the newest; `null`: unbounded. Default 100. */
  readonly deltaThreshold?: number | null | undefined;
  /** What `formatDelta` gives. Default `"default"`. */
  readonly deltaFormatter?: "default" | "json-patch" | "merge-patch" | DeltaFormatter | undefined;
  /** The unit of `insertedAt` and TTLs. Default `"millisecond"`. */
  readonly timeUnit?: TimeUnit | undefined;
  /** The time in `unit` since the epoch, or since whatever; asked once per write. Default: the system's clock. */
  readonly timeProvider?: ((unit: TimeUnit) => number) | null | undefined;
  /** Where `exportContext` hands contexts to. */
  readonly exportCallback?: ((context: Context) => unknown) | null | undefined;
  /** Where `restoreContext` gets contexts from; null or undefined says that there is none. */
  readonly contextExternalProvider?:
    | ((contextId: string) => ProvidedContext | null | undefined | Promise<ProvidedContext | null | undefined>)
    | null
    | undefined;
  /** Hears of operations. Off by default, and then free. */
  readonly telemetry?: Telemetry | null | undefined;
  /** Real milliseconds an operation may take, callbacks included. Default 10,000. */
  readonly timeout?: number | undefined;
  readonly limits?: Limits | undefined;
  /**
   * The WebAssembly module, where the package's own can't be loaded: its bytes, a compiled module, a response, or where to fetch it. With IndexedDB
   * that of `chord-sync/chord-indexeddb.wasm`, with a backend from elsewhere that of `chord-sync/chord-backends.wasm`; with `"memory"` any of them
   * (from `chord-sync/memory` that alone), the smallest being `chord-sync/chord.wasm`.
   */
  readonly wasm?: WasmSource | Promise<WasmSource> | undefined;
}

/** An IndexedDB database. */
export interface Database {
  readonly type: "indexeddb";
  readonly name: string;
  readonly durability: "relaxed" | "strict";
}

/** Options with every default in its place. */
export interface Settings {
  readonly backend: "memory" | Database | Backend;
  readonly contextAutoDelete: boolean;
  readonly contextTtl: number | null;
  readonly deltaTtl: number | null;
  readonly deltaThreshold: number | null;
  /** How long a deleted context's version is remembered, in `timeUnit`. */
  readonly tombstoneTtl: number;
  readonly deltaFormatter: "default" | "json-patch" | "merge-patch" | DeltaFormatter;
  readonly timeUnit: TimeUnit;
  readonly timeProvider: ((unit: TimeUnit) => number) | undefined;
  readonly exportCallback: ((context: Context) => unknown) | undefined;
  readonly contextExternalProvider: ((contextId: string) => unknown) | undefined;
  readonly telemetry: Telemetry | undefined;
  readonly timeout: number;
  readonly limits: { readonly contextBytes: number; readonly depth: number; readonly idBytes: number; readonly logBytes: number };
  readonly wasm: unknown;
}

const day = { millisecond: 86_400_000, second: 86_400 } as const;
const databaseName = "chord";
/** What recurses once a level must fit on the stack, and workers of browsers have half of what a page or a process has. */
const mostDepth = isWebWorker() ? 300 : 1000;
// Linear memory ends at 4 GiB, and a context is there more than once while it is written.
const mostContextBytes = 512 * 1024 * 1024;
const backendMethods = ["load", "since", "commit", "remove", "trim", "expired", "list"] as const;

function isWebWorker(): boolean {
  const { WorkerGlobalScope: scope } = globalThis as { WorkerGlobalScope?: unknown };
  return typeof scope === "function" && globalThis instanceof scope;
}

type Fields = { readonly [name: string]: unknown };

/** Reads named options and refuses, by name, what they can't be. */
class Reader {
  constructor(
    readonly fields: Fields,
    readonly prefix = "",
  ) {}

  refuse(name: string, expected: string): never {
    throw new ChordError("invalid_argument", `option ${this.prefix}${name} must be ${expected}, got ${kindOf(this.fields[name])}`);
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.fields[name] ?? fallback;
    return typeof value === "boolean" && this.fields[name] !== null ? value : this.refuse(name, "true or false");
  }

  callback<T extends (...args: never) => unknown>(name: string): T | undefined {
    const value = this.fields[name] ?? undefined;
    return value === undefined || typeof value === "function" ? (value as T | undefined) : this.refuse(name, "a function or null");
  }

  /** A TTL: a number that isn't negative, or null for unbounded. */
  span(name: string, fallback: number | null): number | null {
    const value = this.fields[name];
    if (value === undefined) return fallback;
    if (value === null || (typeof value === "number" && Number.isFinite(value) && value >= 0)) return value;
    return this.refuse(name, "a finite number that isn't negative, or null for unbounded");
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const value = this.fields[name];
    if (value === undefined) return fallback;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.refuse(name, `an integer from ${least} to ${most}`);
  }

  oneOf<T extends string>(name: string, fallback: T, choices: readonly T[]): T {
    const value = this.fields[name];
    if (value === undefined) return fallback;
    return choices.find((choice) => choice === value) ?? this.refuse(name, choices.map((choice) => `"${choice}"`).join(" or "));
  }
}

/**
 * What `read` gives.
 *
 * @throws ChordError `invalid_argument` where something of the caller's throws meanwhile
 */
export function readable<T>(subject: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unreadable(subject, cause);
  }
}

/** The error of what threw when it was read. */
export function unreadable(subject: string, cause: unknown): ChordError {
  if (cause instanceof ChordError) return cause;
  return new ChordError("invalid_argument", `${subject} threw when it was read; pass a plain object`, { cause });
}

/**
 * `value` as an object of options none of which is unknown; absent is empty.
 *
 * @throws ChordError `invalid_argument`
 */
export function fieldsOf(value: unknown, subject: string, known: readonly string[]): Fields {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || readable(subject, () => Array.isArray(value))) {
    throw new ChordError("invalid_argument", `${subject} must be an object, got ${kindOf(value)}`);
  }
  const fields = readable(subject, (): Fields => ({ ...value }));
  for (const name of Object.keys(fields)) {
    if (!known.includes(name)) throw new ChordError("invalid_argument", `${subject} has no ${quote(name)}; known are ${known.join(", ")}`);
  }
  return fields;
}

function readBackend(options: Reader): Settings["backend"] {
  const backend = options.fields.backend ?? "memory";
  if (options.fields.backend === null) options.refuse("backend", '"memory", "indexeddb" or a backend');
  if (backend === "memory") return backend;
  if (backend === "indexeddb") return { type: backend, name: databaseName, durability: "relaxed" };
  if (typeof backend === "object" && "type" in backend && backend.type === "indexeddb") {
    const named = new Reader(fieldsOf(backend, "option backend", ["type", "name", "durability"]), "backend.");
    const name = named.fields.name === undefined ? databaseName : named.fields.name;
    if (typeof name !== "string" || name === "") return named.refuse("name", "a non-empty string");
    checkWellFormed("option backend.name", name);
    return { type: "indexeddb", name, durability: named.oneOf("durability", "relaxed", ["relaxed", "strict"]) };
  }
  if (typeof backend !== "object") return options.refuse("backend", '"memory", "indexeddb" or a backend');
  const methods = backend as Fields;
  for (const name of backendMethods) {
    if (typeof methods[name] !== "function") throw new ChordError("invalid_argument", `option backend must have the method ${name}()`);
  }
  for (const name of ["watch", "open", "close"]) {
    if (methods[name] !== undefined && typeof methods[name] !== "function")
      throw new ChordError("invalid_argument", `option backend.${name} must be a method or absent`);
  }
  return backend as Backend;
}

function limitsOf(value: unknown): Settings["limits"] {
  const limits = new Reader(fieldsOf(value, "option limits", ["contextBytes", "depth", "idBytes", "logBytes"]), "limits.");
  const contextBytes = limits.integer("contextBytes", 16 * 1024 * 1024, 2, mostContextBytes);
  return {
    contextBytes,
    depth: limits.integer("depth", 100, 1, mostDepth),
    idBytes: limits.integer("idBytes", 512, 1, 65_536),
    logBytes: limits.integer("logBytes", 4 * contextBytes, 0, 4 * mostContextBytes),
  };
}

const names = [
  "backend",
  "contextAutoDelete",
  "contextTtl",
  "deltaTtl",
  "deltaThreshold",
  "deltaFormatter",
  "timeUnit",
  "timeProvider",
  "exportCallback",
  "contextExternalProvider",
  "telemetry",
  "timeout",
  "limits",
  "wasm",
] as const satisfies readonly (keyof ChordOptions)[];

/** The IndexedDB database that contexts are kept in, where that is so. A backend of one's own may have a `type`, too. */
export function databaseOf({ backend }: Settings): Database | undefined {
  return typeof backend === "object" && "type" in backend && backend.type === "indexeddb" ? backend : undefined;
}

/** The backend that the user brought, where that is so. */
export function backendOf(settings: Settings): Backend | undefined {
  const { backend } = settings;
  return backend === "memory" || databaseOf(settings) !== undefined ? undefined : (backend as Backend);
}

/** @throws ChordError `invalid_argument`, or `backend_unavailable` for a backend that isn't there */
export function settingsOf(value: unknown): Settings {
  const options = new Reader(fieldsOf(value, "options", names));
  const timeUnit = options.oneOf<TimeUnit>("timeUnit", "millisecond", ["millisecond", "second"]);
  const contextAutoDelete = options.boolean("contextAutoDelete", false);
  const contextTtl = options.span("contextTtl", null);
  if (contextAutoDelete && contextTtl === null) {
    throw new ChordError("invalid_argument", "option contextAutoDelete needs contextTtl: how long a context may go unchanged");
  }
  const deltaTtl = options.span("deltaTtl", day[timeUnit]);
  const threshold = options.fields.deltaThreshold;
  const timeout = options.fields.timeout ?? 10_000;
  if (typeof timeout !== "number" || !Number.isFinite(timeout) || timeout <= 0 || options.fields.timeout === null) {
    return options.refuse("timeout", "a finite number of milliseconds above 0");
  }
  const formatter = options.fields.deltaFormatter;
  return {
    backend: readable("option backend", () => readBackend(options)),
    contextAutoDelete,
    contextTtl,
    deltaTtl,
    deltaThreshold: threshold === null ? null : options.integer("deltaThreshold", 100, 0, 2 ** 31 - 1),
    tombstoneTtl: deltaTtl ?? day[timeUnit],
    deltaFormatter:
      typeof formatter === "function"
        ? (formatter as DeltaFormatter)
        : options.oneOf<"default" | "json-patch" | "merge-patch">("deltaFormatter", "default", ["default", "json-patch", "merge-patch"]),
    timeUnit,
    timeProvider: options.callback("timeProvider"),
    exportCallback: options.callback("exportCallback"),
    contextExternalProvider: options.callback("contextExternalProvider"),
    telemetry: options.callback("telemetry"),
    timeout,
    limits: limitsOf(options.fields.limits),
    wasm: options.fields.wasm,
  };
}
