/** The shapes of what comes out: told apart by their tags, and read-only. */
import {
  ChordError,
  type ArrayEdit,
  type Change,
  type Context,
  type Delta,
  type DeltaRecord,
  type Json,
  type JsonObject,
  type SyncResult,
} from "chord-sync";
import { type Same, holds } from "./shapes.js";

export function readOnly(context: Context, record: DeltaRecord, answer: SyncResult) {
  // @ts-expect-error a context is frozen
  context.version = 2;
  // @ts-expect-error its state is frozen
  context.context.a = 1;
  // @ts-expect-error a record is frozen
  record.delta = {};
  // @ts-expect-error an answer is frozen
  answer.version = 2;
  holds<Same<Context["contextId"], string>>();
  holds<Same<Context["context"], JsonObject>>();
  holds<Same<Context["version"], number>>();
  holds<Same<Context["revision"], string>>();
  holds<Same<Context["insertedAt"], number>>();
  holds<Same<DeltaRecord["delta"], Delta>>();
}

export const values: Json[] = [null, true, 1, "text", [], [1, [null]], {}, { a: { b: [] } }];
// @ts-expect-error undefined is no JSON value
export const notJson: Json = undefined;
// @ts-expect-error a function is no JSON value
export const neitherJson: Json = { f: () => 1 };

export const delta: Delta = {
  status: { action: "modified", oldValue: "online", value: "away" },
  bare: { action: "modified", value: 1 },
  fresh: { action: "added", value: { x: null } },
  gone: { action: "removed" },
  nested: { deeper: { action: "removed", oldValue: [1] } },
  list: {
    action: "edited",
    edits: [
      { index: 0, removed: [], added: [1] },
      { index: 3, removed: 2, added: [] },
      { index: 1, delta: { name: { action: "modified", value: "x" } } },
      { index: 2, delta: { action: "edited", edits: [] } },
    ],
  },
};
// @ts-expect-error an addition has a value
export const withoutValue: Change = { action: "added" };
// @ts-expect-error there is no such action
export const unknownAction: Change = { action: "moved", value: 1 };
// @ts-expect-error an edit has an index
export const withoutIndex: ArrayEdit = { removed: [], added: [] };

export function told(change: Change): Json | undefined {
  switch (change.action) {
    case "added":
      // @ts-expect-error an addition has no old value
      change.oldValue;
      return change.value;
    case "modified":
      return change.value;
    case "removed":
      return change.oldValue;
    case "edited":
      holds<Same<(typeof change.edits)[number], ArrayEdit>>();
      return undefined;
  }
}

export function failing(error: unknown): string {
  if (!(error instanceof ChordError)) throw error;
  holds<Same<typeof error.contextId, string | undefined>>();
  switch (error.code) {
    case "invalid_argument":
    case "invalid_value":
    case "delta_mismatch":
    case "not_found":
    case "conflict":
    case "limit_exceeded":
    case "quota_exceeded":
    case "backend_unavailable":
    case "backend_error":
    case "timeout":
    case "no_export_callback":
    case "no_context_external_provider":
    case "callback_failed":
    case "closed":
    case "internal":
      return error.message;
    default:
      // Neither a code more nor one less than documented.
      holds<Same<typeof error.code, never>>();
      return error.code;
  }
}
// @ts-expect-error there is no such code
export const unknownCode = new ChordError("unknown", "text");
