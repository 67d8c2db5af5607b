/**
 * Values as they are handed out: parsed, frozen through and through, and sharing with an earlier value what didn't change.
 * Nothing here recurses much deeper than the limit on depth, and keys such as `__proto__` stay own properties.
 */
import type { Json, JsonObject } from "./types.js";

/** An object that is still being put together. */
export type Draft = { [key: string]: Json };

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Deeper than most values are; the stack has room for many times more. */
const deepest = 64;

/** Freezes `root` and all that is in it, except what is frozen already. */
export function freezeDeep<T extends object>(root: T): T {
  freezeFrom(root, 0);
  return root;
}

function freezeFrom(object: object, depth: number): void {
  if (depth === deepest) {
    freezeDeeper(object);
    return;
  }
  if (Array.isArray(object)) {
    for (let index = 0; index < object.length; index += 1) {
      const item: unknown = object[index];
      if (isNested(item) && !Object.isFrozen(item)) freezeFrom(item, depth + 1);
    }
  } else {
    for (const key in object) {
      const item: unknown = (object as { readonly [key: string]: unknown })[key];
      if (isNested(item) && !Object.isFrozen(item) && Object.hasOwn(object, key)) freezeFrom(item, depth + 1);
    }
  }
  Object.freeze(object);
}

/** The same without recursion. */
function freezeDeeper(root: object): void {
  const open: object[] = [root];
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    const items: readonly unknown[] = Array.isArray(object) ? object : Object.values(object);
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index];
      if (isNested(item) && !Object.isFrozen(item)) open.push(item);
    }
    Object.freeze(object);
  }
}

/** The value of a text the engine gave, frozen. */
export function parseFrozen<T extends object>(text: string): T {
  return freezeDeep(JSON.parse(text) as T);
}

/** Defines a field, whatever its name. */
export function put(target: Draft, key: string, value: Json): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** The value of a text the engine gave, frozen; parts equal to those of `earlier`, in the same order of keys, are the very same. */
export function parseShared(text: string, earlier: JsonObject | undefined): JsonObject {
  const fresh = JSON.parse(text) as JsonObject;
  if (earlier === undefined) return freezeDeep(fresh);
  return freezeDeep(share(earlier, fresh) as JsonObject);
}

function share(earlier: Json, fresh: Json): Json {
  if (earlier === fresh || !isNested(earlier) || !isNested(fresh)) return fresh;
  if (Array.isArray(earlier)) return Array.isArray(fresh) ? shareArray(earlier, fresh) : fresh;
  return Array.isArray(fresh) ? fresh : shareObject(earlier as JsonObject, fresh as Draft);
}

function shareObject(earlier: JsonObject, fresh: Draft): JsonObject {
  const keys = Object.keys(fresh);
  const earlierKeys = Object.keys(earlier);
  let isSame = keys.length === earlierKeys.length;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? "";
    isSame &&= key === earlierKeys[index];
    if (!Object.hasOwn(earlier, key)) continue;
    const before = earlier[key] ?? null;
    const after = fresh[key] ?? null;
    const shared = share(before, after);
    if (shared !== after) put(fresh, key, shared);
    isSame &&= shared === before;
  }
  return isSame ? earlier : fresh;
}

/**
 * Pairs elements from both ends, as most changes insert or remove in one place. No fresh element is gone into twice: that would double the
 * time with each level of nesting.
 */
function shareArray(earlier: readonly Json[], fresh: Json[]): readonly Json[] {
  const common = Math.min(earlier.length, fresh.length);
  const shift = fresh.length - earlier.length;
  let start = 0;
  while (start < common && shareElement(earlier, start, fresh, start)) start += 1;
  if (start === common) return shift === 0 ? earlier : fresh;
  let end = fresh.length;
  let isPaired = shift !== 0;
  while (isPaired && end - 1 > start && end - 1 - shift >= start) {
    end -= 1;
    isPaired = shareElement(earlier, end - shift, fresh, end);
  }
  // Where the elements at the start were removed, the first one left has been gone into with the first one removed.
  const moved = earlier[start - shift];
  if (isPaired && shift < 0 && end === start + 1 && moved !== undefined && isEqual(moved, fresh[start] ?? null)) fresh[start] = moved;
  for (let index = start + 1; index < Math.min(end, common); index += 1) shareElement(earlier, index, fresh, index);
  return fresh;
}

/** Whether two values are equal, with the same order of keys. */
function isEqual(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (!isNested(one) || !isNested(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  const [a, b] = [one as JsonObject, other as JsonObject];
  return keys.length === others.length && keys.every((key, at) => key === others[at] && isEqual(a[key] ?? null, b[key] ?? null));
}

function shareElement(earlier: readonly Json[], from: number, fresh: Json[], to: number): boolean {
  const before = earlier[from] ?? null;
  const shared = share(before, fresh[to] ?? null);
  fresh[to] = shared;
  return shared === before;
}
