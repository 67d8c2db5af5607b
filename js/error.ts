/** The one kind of error Chord gives, and the wording all its messages share. */

/** Every code, in the order of the documentation. */
const codes = [
  "invalid_argument",
  "invalid_value",
  "delta_mismatch",
  "not_found",
  "conflict",
  "limit_exceeded",
  "quota_exceeded",
  "backend_unavailable",
  "backend_error",
  "timeout",
  "no_export_callback",
  "no_context_external_provider",
  "callback_failed",
  "closed",
  "internal",
] as const;

/** What went wrong, for programs: stable across releases. */
export type ChordErrorCode = (typeof codes)[number];

/** Keys from the root of a context to the place an error is about; numbers are array indices. */
export type Path = readonly (string | number)[];

/** What an error knows besides its code and message. */
export interface ChordErrorDetails {
  readonly cause?: unknown;
  readonly contextId?: string | undefined;
  readonly path?: Path | undefined;
}

/**
 * What Chord rejects with, always. `code` is for programs, `message` names the context or the path and says what to do,
 * `cause` is what a callback threw or a backend reported.
 *
 * @example
 * try {
 *   await chord.updateContext("user:1", { status: "away" }, { ifVersion: 3 });
 * } catch (error) {
 *   if (error instanceof ChordError && error.code === "conflict") retry();
 *   else throw error;
 * }
 */
export class ChordError extends Error {
  /** Every code there is. */
  static readonly codes = codes;
  declare readonly code: ChordErrorCode;
  /** The context it is about, where it is about one. */
  declare readonly contextId?: string;
  /** The place it is about, where it is about one. */
  declare readonly path?: Path;

  static {
    Object.defineProperty(ChordError.prototype, "name", { value: "ChordError", writable: true, configurable: true });
    // Minified code has shorter names, and consoles print this one.
    Object.defineProperty(ChordError, "name", { value: "ChordError", configurable: true });
  }

  constructor(code: ChordErrorCode, message: string, details: ChordErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    if (details.contextId !== undefined) this.contextId = details.contextId;
    if (details.path !== undefined) this.path = details.path;
  }
}

const shownCharacters = 64;
const shownKeys = 8;

/** A string in quotation marks, shortened where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters - 1)}…`);
}

/** A path as `$.users[3]["first name"]`, its middle left out where it is long. */
export function showPath(path: Path): string {
  const shown = (key: string | number): string => {
    if (typeof key === "number") return `[${key}]`;
    return /^[A-Za-z_$][\w$]{0,39}$/.test(key) ? `.${key}` : `[${quote(key)}]`;
  };
  if (path.length <= shownKeys) return `$${path.map(shown).join("")}`;
  const half = shownKeys / 2;
  return `$${path.slice(0, half).map(shown).join("")}…${path.slice(-half).map(shown).join("")} (${path.length} levels)`;
}

/** What kind of thing a wrong value is, in a word or two. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  try {
    if (Array.isArray(value)) return "an array";
  } catch {
    return "a revoked proxy";
  }
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "object":
      return "an object";
    case "number":
      return Number.isFinite(value) ? `the number ${value}` : String(value);
    case "string":
      return `the string ${quote(value)}`;
    case "boolean":
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}

/** The error an operation on `contextId` fails with because of `reason`: always a `ChordError`, and one that names its context. */
export function asChordError(reason: unknown, contextId: string | undefined): ChordError {
  const error =
    reason instanceof ChordError && Object.isExtensible(reason)
      ? reason
      : reason instanceof ChordError
        ? new ChordError(reason.code, reason.message, { cause: reason, contextId: reason.contextId, path: reason.path })
        : new ChordError("internal", "something failed that never should; please report it with the cause", { cause: reason });
  if (contextId !== undefined && error.contextId === undefined) name(error, contextId);
  return error;
}

/** Whoever throws need not know the context: what runs the operation says so here. */
function name(error: ChordError, contextId: string): void {
  error.message = `context ${quote(contextId)}: ${error.message}`;
  Object.defineProperty(error, "contextId", { value: contextId, enumerable: true, configurable: true });
}
