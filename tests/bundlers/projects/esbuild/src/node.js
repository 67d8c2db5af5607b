import { Chord } from "chord-sync";

async function main() {
  const chord = await Chord.open();
  await chord.setContext("room", { bundled: true });
  console.log(JSON.stringify((await chord.getContext("room")).context));
  await chord.close();
}

main();
