/** Writers on one store: nothing is lost, nothing is done twice. */
import { increment } from "../../operation.js";
import { same } from "../contract.js";
import { claim } from "./claims.js";

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

export const writing = [
  claim("Chord: fifty concurrent updates are all kept, each with a version of its own", async (open) => {
    const chord = await open();
    await chord.setContext("a", { n: 0 });
    const results = await Promise.all(Array.from({ length: 50 }, () => chord.updateContext("a", { n: increment() })));
    const versions = results.map(({ context }) => context.version).sort((one, other) => one - other);
    same("Chord: fifty concurrent updates are all kept, each with a version of its own", versions, range(2, 51));
    same("Chord: each concurrent increment counts", (await chord.getContext("a"))?.context, { n: 50 });
  }),
];
