/** What is due, wrong. */
import { mutant } from "./mutant.js";

export const expiry = [
  mutant(
    "has contexts due a moment later",
    "expiresAt !== null && expiresAt <= before)",
    "expiresAt !== null && expiresAt < before)",
    "expired: a context is due at its expiresAt, and not before",
  ),
  mutant(
    "tells what isn't due yet",
    "due.filter(({ at }) => at <= before)",
    "due.filter(({ at }) => at <= before + 1)",
    "expired: deltas are due at deltasExpireAt, and not before",
  ),
  mutant(
    "never tells of tombstones",
    'if (tombstoneUntil !== undefined) due.push({ at: tombstoneUntil, id, kind: "tombstone" });',
    "if (tombstoneUntil !== undefined) continue;",
    "expired: a tombstone is due when it need not last any longer, and not before",
  ),
  mutant(
    "takes null for a time",
    "else if (deltasExpireAt !== null) due.push",
    "else due.push",
    "expired: what has null as its time is never due",
  ),
  mutant(
    "keeps the first expiry",
    "      expiresAt,\n      deltasExpireAt,\n    };",
    "      expiresAt: before.expiresAt ?? expiresAt,\n      deltasExpireAt,\n    };",
    "expired: a commit replaces both times, to later and to earlier ones",
  ),
  mutant(
    "keeps the first expiry of deltas",
    "      expiresAt,\n      deltasExpireAt,\n    };",
    "      expiresAt,\n      deltasExpireAt: before.deltasExpireAt ?? deltasExpireAt,\n    };",
    "expired: a commit replaces both times, to later and to earlier ones",
  ),
  mutant(
    "tells expired contexts as deltas",
    'else if (expiresAt !== null && expiresAt <= before) due.push({ at: expiresAt, id, kind: "context" });\n      else if (deltasExpireAt !== null)',
    'else if (deltasExpireAt === null && expiresAt !== null) due.push({ at: expiresAt, id, kind: "context" });\n      else if (deltasExpireAt !== null)',
    "expired: a context that is due is told as such, though its deltas are due, too",
  ),
  mutant(
    "tells the newest first",
    "one.at - other.at",
    "other.at - one.at",
    "expired: what has been due for longest comes first, whatever its kind",
  ),
  mutant(
    "tells in the order of writing",
    ".sort((one, other) => one.at - other.at)",
    "",
    "expired: what has been due for longest comes first, whatever its kind",
  ),
  mutant(
    "tells contexts before deltas",
    "one.at - other.at",
    "one.kind.localeCompare(other.kind) || one.at - other.at",
    "expired: what has been due for longest comes first, whatever its kind",
  ),
  mutant(
    "orders times as texts",
    "one.at - other.at",
    "(String(one.at) < String(other.at) ? -1 : 1)",
    "expired: times are in the order of numbers, negative and fractional ones too",
  ),
  mutant(
    "rounds times",
    'due.push({ at: expiresAt, id, kind: "context" })',
    'due.push({ at: Math.round(expiresAt), id, kind: "context" })',
    "expired: times are in the order of numbers, negative and fractional ones too",
  ),
  mutant(
    "ignores the limit",
    "past.slice(0, limit)",
    "past",
    "expired: what has been due for longest comes first, whatever its kind",
    /no more than the limit/,
  ),
  mutant(
    "limits before it orders",
    "const past = due.filter(({ at }) => at <= before)",
    "const past = due.filter(({ at }) => at <= before).slice(0, limit)",
    "expired: what has been due for longest comes first, whatever its kind",
    /a limit leaves out what became due last/,
  ),
  mutant(
    "doesn't renew in trim",
    "found.deltasExpireAt = oldest === undefined || deltasTtl === null ? null : oldest.insertedAt + deltasTtl;",
    "",
    "expired: taken away by a limit of one, everything has its turn",
  ),
  mutant(
    "renews by the newest entry",
    "const oldest = found.tail.find(",
    "const oldest = found.tail.findLast(",
    "trim: deltas are due again when the oldest that is left has lived for deltasTtl",
  ),
  mutant(
    "renews only where something went",
    "found.deltasExpireAt = oldest",
    "if (dropped > 0) found.deltasExpireAt = oldest",
    "trim: deltas are due again when the oldest that is left has lived for deltasTtl",
  ),
  mutant(
    "renews what stays for the snapshot",
    "keep.after === null || insertedAt > keep.after",
    "true",
    "trim: deltas that stay for the snapshot alone are not due again",
  ),
  mutant(
    "renews without a TTL",
    "oldest === undefined || deltasTtl === null ? null",
    "oldest === undefined ? null",
    "trim: where deltasTtl is null, or no entry is left, deltas are due no more",
  ),
  mutant(
    "keeps the old time where no entry is left",
    "oldest === undefined || deltasTtl === null ? null",
    "oldest === undefined ? found.deltasExpireAt : deltasTtl === null ? null",
    "trim: where deltasTtl is null, or no entry is left, deltas are due no more",
  ),
  mutant(
    "keeps a removed context's expiry",
    'if (tombstoneUntil !== undefined) due.push({ at: tombstoneUntil, id, kind: "tombstone" });',
    'if (tombstoneUntil !== undefined) { due.push({ at: tombstoneUntil, id, kind: "tombstone" }); if (expiresAt != null) due.push({ at: expiresAt, id, kind: "context" }); }',
    "expired: a removed context's own times are gone",
  ),
];
expiry
  .at(-1)
  .edits.push([
    "this.#contexts.set(id, { head: found.head, tombstoneUntil });",
    "this.#contexts.set(id, { head: found.head, tombstoneUntil, expiresAt: found.expiresAt });",
  ]);
