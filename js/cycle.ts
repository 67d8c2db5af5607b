/** Tells a cycle from something merely too large, after the check of a value gave up. */
import type { Path } from "./error.js";

// A refusal has to stay quick, however much there is to look through.
const visits = 300_000;

interface Step {
  readonly object: object;
  readonly keys: readonly string[];
  next: number;
}

function step(object: object): Step {
  return { object, keys: Object.keys(object), next: 0 };
}

/** The path of the first reference, in the order of keys, back to an object it is inside of. Runs no getter. */
export function findCycle(root: object): Path | undefined {
  try {
    const open = new Set<object>([root]);
    const done = new Set<object>();
    const steps: Step[] = [step(root)];
    for (let left = visits; left > 0; left -= 1) {
      const current = steps.at(-1);
      if (current === undefined) return undefined;
      const key = current.keys[current.next];
      current.next += 1;
      if (key === undefined) {
        open.delete(current.object);
        done.add(current.object);
        steps.pop();
        continue;
      }
      const item: unknown = Object.getOwnPropertyDescriptor(current.object, key)?.value;
      if (typeof item !== "object" || item === null || done.has(item)) continue;
      if (open.has(item)) return steps.map(({ object, keys, next }) => keyOf(object, keys[next - 1] ?? ""));
      open.add(item);
      steps.push(step(item));
    }
  } catch {
    // A proxy that won't be read: whatever it hides, the limit it went over is the better answer.
  }
  return undefined;
}

function keyOf(object: object, key: string): string | number {
  return Array.isArray(object) ? Number(key) : key;
}
