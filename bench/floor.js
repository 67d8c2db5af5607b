// The least any library must do with a context that it is handed: a look at each value, its text, and the text as bytes. Nothing is compared, kept or answered.
// For A it is in every group, because it says how fast the machine is at that moment.

import { makeA } from "./inputs.js";

/** What the floor took where the targets in µs were set. */
export const FLOOR_THERE = 248;

export const floor = () => ({ id: "floor", title: "the least for A: stringify, encodeInto, type check", ...floorOf(makeA()) });

/** The same work on any context of objects that have a `count`. */
export function floorOf(context) {
  const keys = Object.keys(context);
  const size = JSON.stringify(context).length;
  const buffer = new Uint8Array(2 * size);
  const encoder = new TextEncoder();
  let at = 0;
  return {
    run(n) {
      let written;
      for (let i = 0; i < n; i += 1) {
        context[keys[at++ % keys.length]].count += 1;
        if (!isJson(context)) throw new Error("it is JSON");
        written = encoder.encodeInto(JSON.stringify(context), buffer).written;
      }
      return written;
    },
    check: (written) => written >= size,
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
