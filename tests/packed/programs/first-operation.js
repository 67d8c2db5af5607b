// Whether two Chords have revisions of their own, and whether Node's crypto was loaded for them.
import { Chord } from "chord-sync";

const writers = new Set();
for (let n = 0; n < 2; n += 1) {
  const chord = await Chord.open();
  await chord.setContext("a", {});
  const { revision } = await chord.getContext("a");
  writers.add(revision.split("-")[0]);
  await chord.close();
}
const isLoaded = process.moduleLoadList.includes("NativeModule internal/crypto/webcrypto");
console.log(writers.size, isLoaded);
