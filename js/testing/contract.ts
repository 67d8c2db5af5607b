/** What a broken rule is told as, and the comparisons that tell it. */

/** A rule of the contract doesn't hold. The message says which, what was expected and what came. */
export class BrokenContract extends Error {
  static {
    Object.defineProperty(BrokenContract.prototype, "name", { value: "BrokenContract", writable: true, configurable: true });
  }

  constructor(
    /** The rule, as a claim that doesn't hold. */
    readonly rule: string,
    expected: string,
    came: string,
    options?: ErrorOptions,
  ) {
    super(`broken: ${rule}\n  expected: ${expected}\n  came:     ${came}`, options);
  }
}

const longestText = 100;
const longestList = 12;

/** A value in a message: as JSON, long texts and lists cut short. */
export function shown(value: unknown, depth = 0): string {
  if (typeof value === "string") {
    const text = JSON.stringify(value.slice(0, longestText));
    return value.length > longestText ? `${text.slice(0, -1)}…" (${value.length} characters)` : text;
  }
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value)) {
    const items = value.slice(0, longestList).map((item) => shown(item, depth + 1));
    if (value.length > longestList) items.push(`… (${value.length} in all)`);
    return `[${items.join(", ")}]`;
  }
  if (typeof value === "object" && value !== null) {
    if (depth > 4) return "{…}";
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${shown(field, depth + 1)}`);
    return `{ ${fields.join(", ")} }`;
  }
  return String(value);
}

/** Where two values differ first: a path, and both there. Fields that only `actual` has are nobody's business. */
function firstDifference(actual: unknown, expected: unknown, path: string): readonly [string, unknown, unknown] | undefined {
  if (Object.is(actual, expected)) return undefined;
  const isCompared = typeof actual === "object" && typeof expected === "object" && actual !== null && expected !== null;
  if (!isCompared || Array.isArray(actual) !== Array.isArray(expected)) return [path, actual, expected];
  if (Array.isArray(actual) && Array.isArray(expected)) {
    for (let index = 0; index < Math.min(actual.length, expected.length); index += 1) {
      const found = firstDifference(actual[index], expected[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return actual.length === expected.length ? undefined : [`${path}.length`, actual.length, expected.length];
  }
  for (const [key, value] of Object.entries(expected)) {
    const found = firstDifference((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function showTextsFrom(one: string, other: string): readonly [string, string] {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const part = (text: string): string => `${shown(text.slice(at, at + 40))} from character ${at} of ${text.length}`;
  return [part(one), part(other)];
}

/** @throws BrokenContract where `actual` has not all of what `expected` has */
export function same(rule: string, actual: unknown, expected: unknown): void {
  const difference = firstDifference(actual, expected, "");
  if (difference === undefined) return;
  const [path, came, due] = difference;
  const at = path === "" ? "" : ` as ${path.replace(/^\./, "")}`;
  if (typeof came === "string" && typeof due === "string" && Math.max(came.length, due.length) > longestText) {
    const [cameFrom, dueFrom] = showTextsFrom(came, due);
    throw new BrokenContract(rule, dueFrom + at, cameFrom);
  }
  const whole = path === "" ? "" : `, in ${shown(actual)}`;
  throw new BrokenContract(rule, shown(due) + at, shown(came) + whole);
}

/** @throws BrokenContract where it doesn't hold */
export function holds(condition: boolean, rule: string, expected: string, came: unknown): asserts condition {
  if (!condition) throw new BrokenContract(rule, expected, shown(came));
}
