import diff from "microdiff";
import { keyOf, makeA } from "./inputs.js";

/** What the same duty for A costs without Chord: the least any library must do, and the two ways people write it by hand. */
export function rivalWorks() {
  return [
    floor(),
    byHand("structuredClone", "structuredClone + microdiff + stringify", structuredClone),
    byHand("JSON clone", "JSON clone + microdiff + stringify", (value) => JSON.parse(JSON.stringify(value))),
  ];
}

/** Turning A into bytes after a look at each value: nothing is compared, kept or answered. */
function floor() {
  const context = makeA();
  const buffer = new Uint8Array(1 << 20);
  const encoder = new TextEncoder();
  let at = 0;
  return {
    id: "floor",
    title: "floor: stringify + encodeInto + type check",
    batch: 10,
    run() {
      let written;
      for (let i = 0; i < this.batch; i += 1) {
        context[keyOf(at++)].count += 1;
        if (!isJson(context)) throw new Error("A is JSON");
        written = encoder.encodeInto(JSON.stringify(context), buffer).written;
      }
      return written;
    },
    check: (written) => written > 40_000,
  };
}

/** A copy that later changes of the caller's object can't reach, what differs from the copy before, and the text to store. */
function byHand(id, title, clone) {
  const context = makeA();
  let before = clone(context);
  let at = 0;
  return {
    id,
    title,
    batch: 10,
    run() {
      let changes;
      let text;
      for (let i = 0; i < this.batch; i += 1) {
        context[keyOf(at++)].count += 1;
        const next = clone(context);
        changes = diff(before, next);
        text = JSON.stringify(next);
        before = next;
      }
      return { changes, text };
    },
    check: ({ changes, text }) => changes.length === 1 && text.length > 40_000,
  };
}

function isJson(value) {
  if (value === null) return true;
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      break;
    default:
      return false;
  }
  if (Array.isArray(value)) return value.every(isJson);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) {
    if (!isJson(value[key])) return false;
  }
  return true;
}
