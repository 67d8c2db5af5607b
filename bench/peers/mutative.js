import { apply, create } from "mutative";
import { immutableDocument } from "./document.js";

// States aren't frozen, as is its default and its fastest: who reads one could alter it.
const produce = (state, recipe) => create(state, recipe, { enablePatches: true });

export const load = () => ({ open: (context) => immutableDocument(context, produce, apply) });
