/** Starts the cleanup server and comes to its end without stopping or closing anything. */
import { Chord } from "chord-sync";

// A timeout far longer than the process may live: a deadline's timer that is not cleared would show.
const chord = await Chord.open({ telemetry: (event) => console.log(event.name), timeout: 120_000, exportCallback: async () => {} });
await chord.setContext("c", { n: 1 });
await chord.exportContext("c");
await chord.transact("c", async (current) => ({ n: current.n + 1 }));
await chord.startCleanupServer({ interval: 50 });
chord.subscribe("*", () => {});
// Long enough for some runs, so that it is the running server which must not keep the process.
await new Promise((resolve) => setTimeout(resolve, 180));
await chord.startCleanupServer({ interval: 60_000 });
console.log("end of program");
