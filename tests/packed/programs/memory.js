import { Chord as Usual } from "chord-sync";
import { Chord } from "chord-sync/memory";

async function main() {
  const chord = await Chord.open();
  await chord.setContext("c", { memory: true });
  console.log(JSON.stringify((await chord.getContext("c")).context), Chord === Usual);
  await chord.close();
}

main();
