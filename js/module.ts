/** How the WebAssembly module gets here: the package's own, compiled once per process, or one the user brings. */
import { ChordError, kindOf } from "./error.js";

/** Which WebAssembly: `chord.wasm` has memory and IndexedDB, `chord-backends.wasm` memory and backends that the user brings. */
export type Edition = "chord" | "chord-backends";

type Loader = (edition: Edition) => WebAssembly.Module | Promise<WebAssembly.Module>;

let load: Loader | undefined;
const own = new Map<Edition, WebAssembly.Module | Promise<WebAssembly.Module>>();
const brought = new WeakMap<object, Promise<WebAssembly.Module>>();

/** Says where the package's own modules come from; each entry of the package does, for its kind of runtime. */
export function loadBy(loader: Loader): void {
  load = loader;
}

/**
 * The compiled module. Calls that overlap, or repeat with the same source, share one compilation; a failed one is tried again.
 *
 * A module that is there needs no promise that others wait for, too: Cloudflare Workers bind each to the request it was made in.
 *
 * @throws ChordError `backend_unavailable` where it can't be loaded, `invalid_argument` where `source` is nothing it could be loaded from
 */
export async function moduleFrom(source: unknown, edition: Edition): Promise<WebAssembly.Module> {
  if (source === undefined) {
    const module = own.get(edition) ?? ownModule(edition);
    own.set(edition, module);
    return module;
  }
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
  if (load === undefined) throw new ChordError("backend_unavailable", "no entry of the package was imported; import chord-sync");
  const loading = load(edition);
  if (!(loading instanceof Promise)) return loading;
  return explained(() => loading, `the package's ${edition}.wasm`).catch((error: unknown) => {
    own.delete(edition);
    throw error;
  });
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
  return WebAssembly.compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
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

async function explained(get: () => Promise<WebAssembly.Module>, what: string): Promise<WebAssembly.Module> {
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
