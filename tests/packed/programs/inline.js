import { Chord as Usual } from "chord-sync";
import { Chord } from "chord-sync/inline";

async function main() {
  const chord = await Chord.open();
  await chord.setContext("c", { inline: true });
  console.log(JSON.stringify((await chord.getContext("c")).context), Chord === Usual);
  await chord.close();
}

main();
