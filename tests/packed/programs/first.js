import { Chord } from "chord-sync";

async function main() {
  const chord = await Chord.open();
  const { context } = await chord.setContext("user:1", { status: "online", todos: ["tea"] });
  await chord.updateContext("user:1", { status: "away" });
  const missed = await chord.syncContext("user:1", context);
  console.log(JSON.stringify(chord.applyDelta(context.context, missed.delta)));
  await chord.close();
}

main();
