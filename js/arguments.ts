/** Checks of what methods are called with, beside ids and JSON. */
import type { Question } from "./answers.js";
import type { Guard } from "./core.js";
import { ChordError, kindOf } from "./error.js";
import { checkWellFormed } from "./id.js";
import { fieldsOf, unreadable } from "./options.js";
import type { Since } from "./types.js";

function isVersion(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** @throws ChordError `invalid_argument` */
export function guardOf(options: unknown): Guard | undefined {
  if (options === undefined) return undefined;
  const { ifVersion } = fieldsOf(options, "options", ["ifVersion"]);
  if (ifVersion === undefined) return undefined;
  if (!isVersion(ifVersion)) {
    throw new ChordError("invalid_argument", `ifVersion must be a version, or 0 for "must not exist", got ${kindOf(ifVersion)}`);
  }
  return { version: ifVersion };
}

const nothing: Question = { version: 0 };

/** Longer than any revision there is. */
const longestRevision = 64;
/** What stands for a revision that no commit ever had: like one from elsewhere, it gets the full context. */
const foreignRevision = "foreign";

/** @throws ChordError `invalid_argument` */
export function questionOf(since: Since): Question {
  if (since === undefined || since === null) return nothing;
  if (isVersion(since)) return { version: since };
  if (typeof since === "object") {
    let version: unknown;
    let revision: unknown;
    try {
      ({ version, revision } = since as { readonly version?: unknown; readonly revision?: unknown });
    } catch (cause) {
      throw unreadable("since", cause);
    }
    if (isVersion(version)) {
      if (revision === undefined) return { version };
      if (typeof revision === "string") {
        const isPossible = revision !== "" && revision.length <= longestRevision;
        return { version, revision: isPossible ? revision : foreignRevision };
      }
    }
  }
  throw new ChordError("invalid_argument", `since must be a version, { version, revision } or null, got ${kindOf(since)}`);
}

/** @throws ChordError `invalid_argument` */
export function checkLimit(limit: unknown, fallback: number): number {
  if (limit === undefined) return fallback;
  if (typeof limit === "number" && Number.isSafeInteger(limit) && limit >= 1) return Math.min(limit, 2 ** 31 - 1);
  throw new ChordError("invalid_argument", `limit must be a positive integer, got ${kindOf(limit)}`);
}

/** @throws ChordError `invalid_argument` */
export function checkOrder(order: unknown): "asc" | "desc" {
  if (order === undefined || order === "asc") return "asc";
  if (order === "desc") return order;
  throw new ChordError("invalid_argument", `order must be "asc" or "desc", got ${kindOf(order)}`);
}

/** @throws ChordError `invalid_argument`, or `limit_exceeded` for what is longer than any id */
export function checkIdPart<T extends string | undefined>(name: string, text: unknown, fallback: T, idBytes: number): string | T {
  if (text === undefined) return fallback;
  if (typeof text === "string") {
    if (text.length <= idBytes) {
      checkWellFormed(name, text);
      return text;
    }
    throw new ChordError("limit_exceeded", `${name} is longer than limits.idBytes, ${idBytes}, allows ids to be`);
  }
  throw new ChordError("invalid_argument", `${name} must be a string, got ${kindOf(text)}`);
}

/** @throws ChordError `invalid_argument` */
export function checkFunction(name: string, value: unknown): asserts value is (...args: never) => unknown {
  if (typeof value !== "function") throw new ChordError("invalid_argument", `${name} must be a function, got ${kindOf(value)}`);
}
