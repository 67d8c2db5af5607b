/** Starts the cleanup server and comes to its end without stopping or closing anything. */
import { Chord } from "chord-sync";

const chord = await Chord.open({ telemetry: (event) => console.log(event.name) });
await chord.setContext("c", { n: 1 });
await chord.startCleanupServer({ interval: 50 });
chord.subscribe("*", () => {});
// Long enough for some runs, so that it is the running server which must not keep the process.
await new Promise((resolve) => setTimeout(resolve, 180));
await chord.startCleanupServer({ interval: 60_000 });
console.log("end of program");
