// From nothing to the first operation, in a process that has done nothing else: prints the milliseconds after a mark.

const started = performance.now();
const { Chord } = await import("chord-sync");
const chord = await Chord.open();
const { changed } = await chord.setContext("user:1", { status: "online", metadata: { theme: "light", lang: "en" } });
const took = performance.now() - started;
if (!changed) throw new Error("the first operation did nothing");
console.log(`\nmeasured ${took}`);
