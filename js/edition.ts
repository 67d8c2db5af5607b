/** The editions of the WebAssembly: what each has besides memory, and which scripts only it needs. */
import type { Core } from "./core.js";
import type { Deadlines } from "./deadlines.js";
import type { Following } from "./following.js";
import type * as generated from "./glue/chord.js";
import type { Listeners } from "./listeners.js";
import { backendOf, databaseOf, type Settings } from "./options.js";
import type { OwnBackend } from "./own-backend.js";
import type { StorageInfo } from "./storage.js";

/** `chord.wasm` has memory alone, `chord-indexeddb.wasm` IndexedDB too, `chord-backends.wasm` instead backends that the user brings. */
export type Edition = "chord" | "chord-indexeddb" | "chord-backends";

/** What is generated for an edition and used. Each has what the first one has. */
export type Glue = Pick<
  typeof generated,
  "Chord" | "__wbg_reset_state" | "apply" | "diff" | "format" | "idArea" | "invert" | "merge" | "numbersArea" | "textArea"
> & { initSync(source: { module: WebAssembly.Module }): { readonly memory: WebAssembly.Memory } };

export type Engine = generated.Chord;

/** The scripts that are an edition's own. */
export interface Parts {
  readonly edition: Edition;
  readonly glue: Glue;
  /** Where it has a store that is shared with others, and so has to be waited for. */
  readonly shared?: SharedStore;
}

/** What a store that is shared takes besides the engine. */
export interface SharedStore {
  readonly Deadlines: typeof Deadlines;
  /** The engine over it. `settle` hears of calls that have waited; `asking` makes the function by which the engine asks a backend. */
  engine(
    settings: Settings,
    settle: (call: number, status: number) => void,
    asking: (own: OwnBackend) => (number: number, question: number) => void,
  ): Engine;
  /** Tells listeners of what others commit. */
  follow(settings: Settings, core: Core, listeners: Listeners): Following;
  storage(settings: Settings): Promise<StorageInfo>;
}

/** The smallest edition that has what `settings` ask for. */
export function editionFor(settings: Settings): Edition {
  if (databaseOf(settings) !== undefined) return "chord-indexeddb";
  return backendOf(settings) === undefined ? "chord" : "chord-backends";
}

/** The edition that a module is, by what it exports; `undefined` where it is something else. */
export function editionOf(module: WebAssembly.Module): Edition | undefined {
  const exports = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!exports.has("numbersArea")) return undefined;
  if (exports.has("chord_overIndexedDb")) return "chord-indexeddb";
  return exports.has("chord_overBackend") ? "chord-backends" : "chord";
}
