import { applyPatches, enablePatches, produceWithPatches } from "immer";
import { immutableDocument } from "./document.js";

export function load() {
  enablePatches();
  return { open: (context) => immutableDocument(context, produceWithPatches, applyPatches) };
}
