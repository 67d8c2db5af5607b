/** How the WebAssembly module gets here: the package's own, compiled once per process, or one the user brings. */
import { type Edition, editionOf, type Parts } from "./edition.js";
import { ChordError, kindOf } from "./error.js";

type Loader = () => WebAssembly.Module | Promise<WebAssembly.Module>;

/** Where an entry of the package has the editions. What it lacks, another entry may have. */
export interface Sources {
  readonly modules: { readonly [edition in Edition]?: Loader };
  /** The scripts of each, at hand or to be imported. */
  readonly parts: { readonly [edition in Edition]?: Parts | (() => Promise<Parts>) };
}

let sources: Sources | undefined;
/** By what loads them: one module may serve as several editions. */
const own = new Map<Loader, WebAssembly.Module | Promise<WebAssembly.Module>>();
const brought = new WeakMap<object, Promise<WebAssembly.Module>>();

/** Says where the package's own editions come from; each entry of the package does, for its kind of runtime. */
export function loadBy({ modules, parts }: Sources): void {
  sources = { modules: { ...sources?.modules, ...modules }, parts: { ...sources?.parts, ...parts } };
}

/**
 * A compiled module and the scripts of the edition that it is: of the one that is wanted, or of one that has more.
 *
 * @throws ChordError `backend_unavailable` where it can't be loaded, `invalid_argument` where `given` is nothing it could be loaded from
 */
export async function loaded(given: unknown, wanted: Edition): Promise<{ readonly module: WebAssembly.Module; readonly parts: Parts }> {
  // At the same time, though mostly the scripts are there.
  const [, module] = await Promise.all([partsOf(wanted), moduleFrom(given, wanted)]);
  const edition = editionOf(module);
  if (edition === undefined || (wanted !== "chord" && wanted !== edition)) {
    throw new ChordError("invalid_argument", `option wasm is not this release's ${wanted}.wasm: it exports something else`);
  }
  return { module, parts: await partsOf(edition) };
}

async function partsOf(edition: Edition): Promise<Parts> {
  if (sources === undefined) throw new ChordError("backend_unavailable", "no entry of the package was imported; import chord-sync");
  const parts = sources.parts[edition];
  if (parts === undefined) throw new ChordError("backend_unavailable", "chord-sync/memory has memory alone; import chord-sync");
  return typeof parts === "function" ? explained(parts, `the scripts for ${edition}.wasm`) : parts;
}

/**
 * The compiled module. Calls that overlap, or repeat with the same source, share one compilation; a failed one is tried again.
 *
 * A module that is there needs no promise that others wait for, too: Cloudflare Workers bind each to the request it was made in.
 */
async function moduleFrom(source: unknown, edition: Edition): Promise<WebAssembly.Module> {
  if (source === undefined) return ownModule(edition);
  if (isModule(source)) return source as WebAssembly.Module;
  if (typeof source !== "object" || source === null) return explained(() => compile(source, edition), "option wasm");
  let module = brought.get(source);
  if (module === undefined) {
    module = explained(() => compile(source, edition), "option wasm");
    brought.set(source, module);
    module.catch(() => brought.delete(source));
  }
  return module;
}

// Some browsers switch WebAssembly off in their strictest mode.
const isModule = (source: unknown): boolean => typeof WebAssembly === "object" && source instanceof WebAssembly.Module;

function ownModule(edition: Edition): WebAssembly.Module | Promise<WebAssembly.Module> {
  const load = sources?.modules[edition];
  if (load === undefined) {
    throw new ChordError("backend_unavailable", `this entry of the package has no ${edition}.wasm; pass it as option wasm`);
  }
  let module = own.get(load);
  if (module !== undefined) return module;
  module = load();
  if (module instanceof Promise) {
    const loading = module;
    module = explained(() => loading, `the package's ${edition}.wasm`).catch((error: unknown) => {
      own.delete(load);
      throw error;
    });
  }
  own.set(load, module);
  return module;
}

async function compile(given: unknown, edition: Edition): Promise<WebAssembly.Module> {
  const source: unknown = await given;
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || (ArrayBuffer.isView(source) && source.buffer instanceof ArrayBuffer)) {
    return WebAssembly.compile(source as BufferSource);
  }
  if (typeof Response !== "undefined" && source instanceof Response) return compileResponse(source, edition);
  if (source instanceof URL || typeof source === "string") return compileResponse(await fetch(source), edition);
  throw new ChordError(
    "invalid_argument",
    `option wasm must be bytes, a WebAssembly.Module, a Response, a URL or a promise of one, got ${kindOf(source)}`,
  );
}

/** The module that somebody has as base64. */
export function compileText(base64: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(bytesOf(base64));
}

interface FromBase64 {
  readonly Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
  readonly Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
}

/** By what the runtime has for it: a function called for each byte takes longer than all the rest of opening. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const { Buffer, Uint8Array: Bytes } = globalThis as unknown as FromBase64;
  if (Buffer !== undefined) return Buffer.from(base64, "base64");
  if (Bytes.fromBase64 !== undefined) return Bytes.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** By the bytes rather than as a stream: servers that don't know the MIME type of WebAssembly are common, and the module is small. */
async function compileResponse(response: Response, edition: Edition): Promise<WebAssembly.Module> {
  if (!response.ok)
    throw new ChordError(
      "backend_unavailable",
      `${response.url || "the response"} was answered with status ${response.status}; serve ${edition}.wasm there`,
    );
  return WebAssembly.compile(await response.arrayBuffer());
}

async function explained<T>(get: () => Promise<T>, what: string): Promise<T> {
  try {
    return await get();
  } catch (cause) {
    if (cause instanceof ChordError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const advice = /unsafe-eval|content security policy|\bCSP\b/i.test(reason)
      ? "the page's Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to its script-src"
      : "pass a module, its bytes or its URL as option wasm, or import chord-sync/inline, which needs no file";
    throw new ChordError("backend_unavailable", `${what} could not be loaded: ${reason}; ${advice}`, { cause });
  }
}
