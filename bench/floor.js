// The least any library must do with A: a look at each value, its text, and the text as bytes. Nothing is compared, kept or answered.
// It is in every group, because it says how fast the machine is at that moment.

import { keyOf, makeA } from "./inputs.js";

/** What the floor took where the targets in µs were set. */
export const FLOOR_THERE = 248;

export function floor() {
  const context = makeA();
  const buffer = new Uint8Array(1 << 20);
  const encoder = new TextEncoder();
  let at = 0;
  return {
    id: "floor",
    title: "the least for A: stringify, encodeInto, type check",
    run(n) {
      let written;
      for (let i = 0; i < n; i += 1) {
        context[keyOf(at++)].count += 1;
        if (!isJson(context)) throw new Error("A is JSON");
        written = encoder.encodeInto(JSON.stringify(context), buffer).written;
      }
      return written;
    },
    check: (written) => written > 40_000,
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
