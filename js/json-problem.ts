/** What is wrong with a value that JSON can't hold, in words. */
import { cycleOn } from "./cycle.js";
import { ChordError, kindOf, type Path, quote, showPath } from "./error.js";

export type JsonProblem =
  | "accessor"
  | "bytes"
  | "depth"
  | "extra"
  | "kind"
  | "misplaced"
  | "prototype"
  | "root"
  | "sparse"
  | "symbol"
  | "threw";

/** What a walk met. */
export interface Met {
  readonly problem: JsonProblem;
  readonly culprit: unknown;
  /** Where, innermost key first. */
  readonly path: Path;
}

/** The error of what was met in `root`; `subject` names it. */
export function jsonError(
  met: Met,
  root: unknown,
  subject: string,
  limits: { readonly bytes: number; readonly depth: number },
): ChordError {
  if (met.problem === "root") {
    return new ChordError("invalid_value", `${subject} must be a plain object, got ${kindOf(root)}`, { path: [] });
  }
  let path: Path = met.path.toReversed();
  const isLimit = met.problem === "bytes" || met.problem === "depth";
  const cycle = isLimit ? cycleOn(root as object, path) : undefined;
  if (cycle !== undefined) path = cycle;
  const at = `${subject}: ${showPath(path)}`;
  if (cycle !== undefined) {
    return new ChordError("invalid_value", `${at} refers back to an object it is part of; JSON can't hold cycles`, { path });
  }
  switch (met.problem) {
    case "depth":
      return new ChordError("limit_exceeded", `${at} is nested deeper than ${limits.depth} levels; flatten it or raise limits.depth`, {
        path,
      });
    case "bytes":
      return new ChordError(
        "limit_exceeded",
        `${subject} is larger than ${limits.bytes} bytes of JSON (at ${showPath(path)}); split it or raise limits.contextBytes`,
        { path },
      );
    case "threw":
      if (isStackOverflow(met.culprit)) {
        const advice = "is nested deeper than the stack has room for here; flatten it";
        return new ChordError("limit_exceeded", `${at} ${advice}`, { path, cause: met.culprit });
      }
      return new ChordError("invalid_value", `${at} threw when it was read; pass plain data`, { path, cause: met.culprit });
    default:
      return new ChordError("invalid_value", `${at} ${complaint(met)}`, { path });
  }
}

function complaint({ problem, culprit }: Met): string {
  switch (problem) {
    case "accessor":
      return "is a getter or setter; pass its value";
    case "extra":
      return `has the property ${quote(String(culprit))} besides its elements; JSON can't hold that`;
    case "misplaced":
      return "is an append() or increment(); these work in updateContext only, and not inside arrays";
    case "prototype":
      return `is an instance of ${nameOfClass(culprit)}; convert it to plain JSON first`;
    case "sparse":
      return `has a hole at index ${String(culprit)}; use null`;
    case "symbol":
      return `has the symbol key ${String(culprit)}; JSON can't hold symbols`;
    default:
      return `is ${kindOf(culprit)}, which JSON can't hold`;
  }
}

/** Walking recurses, and callers may have left it little room. */
function isStackOverflow(cause: unknown): boolean {
  return cause instanceof Error && /call stack|recursion/i.test(cause.message);
}

function nameOfClass(value: unknown): string {
  try {
    const maker: unknown = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value), "constructor")?.value;
    const name: unknown = typeof maker === "function" ? Object.getOwnPropertyDescriptor(maker, "name")?.value : undefined;
    if (typeof name === "string" && name !== "") return name;
  } catch {
    // A proxy that let itself be read once only.
  }
  return "a class";
}
