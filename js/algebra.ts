/** The delta algebra: pure functions of the engine, with values checked on the way in and frozen on the way out. */
import { ChordError, kindOf } from "./error.js";
import { callBack } from "./callbacks.js";
import { parseFrozen } from "./frozen.js";
import { checkWellFormed } from "./id.js";
import type { Instance } from "./instance.js";
import { fieldsOf, readable } from "./options.js";
import type { Delta, FormatMetadata, JsonObject } from "./types.js";

export function calculateDelta(instance: Instance, before: unknown, after: unknown): Delta {
  return parseFrozen(instance.core.diff(before, after));
}

export function mergeDeltas(instance: Instance, deltas: unknown): Delta {
  if (!readable("deltas", () => Array.isArray(deltas)))
    throw new ChordError("invalid_argument", `mergeDeltas takes an array of deltas, got ${kindOf(deltas)}`);
  return parseFrozen(instance.core.merge(deltas));
}

export function applyDelta(instance: Instance, context: unknown, delta: unknown): JsonObject {
  return parseFrozen(instance.core.apply(context, delta));
}

export function invertDelta(instance: Instance, delta: unknown): Delta {
  return parseFrozen(instance.core.invert(delta));
}

export function formatDelta(instance: Instance, delta: Delta, metadata: FormatMetadata | undefined): unknown {
  const { contextId, version, context } = fieldsOf(metadata, "metadata", ["contextId", "version", "context"]);
  if (contextId !== undefined && typeof contextId !== "string") {
    throw new ChordError("invalid_argument", `metadata.contextId must be a string, got ${kindOf(contextId)}`);
  }
  if (version !== undefined && !(typeof version === "number" && Number.isSafeInteger(version) && version >= 0)) {
    throw new ChordError("invalid_argument", `metadata.version must be a version, got ${kindOf(version)}`);
  }
  if (contextId !== undefined) checkWellFormed("metadata.contextId", contextId);
  const { deltaFormatter } = instance.settings;
  if (typeof deltaFormatter !== "function") return parseFrozen(instance.core.format(deltaFormatter, delta, contextId, version, context));
  instance.core.check(delta, context);
  return callBack("deltaFormatter", () => deltaFormatter(delta, metadata ?? {}));
}
