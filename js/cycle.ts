/** Tells a cycle from something merely too large, after the check of a value gave up. */
import type { Path } from "./error.js";

/**
 * The beginning of `path` that leads from `root` back to something on the way there; `undefined` where it leads ever further. Whoever went round a
 * cycle until a limit ended it has it on the path. Runs no getter.
 */
export function cycleOn(root: object, path: Path): Path | undefined {
  const passed = new Set<unknown>([root]);
  let here: unknown = root;
  try {
    for (const [index, key] of path.entries()) {
      here = typeof here === "object" && here !== null ? Object.getOwnPropertyDescriptor(here, key)?.value : undefined;
      if (typeof here !== "object" || here === null) return undefined;
      if (passed.has(here)) return path.slice(0, index + 1);
      passed.add(here);
    }
  } catch {
    // A proxy that won't be read again: the limit it went over is answer enough.
  }
  return undefined;
}
