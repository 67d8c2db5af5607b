// Imports two entries in the order that the arguments say, then opens memory by each, and IndexedDB, which no runtime has here.
const [first, second] = process.argv.slice(2);

async function main() {
  const entries = [await import(first), await import(second)];
  for (const { Chord } of entries) {
    const chord = await Chord.open();
    await chord.setContext("c", { memory: true });
    console.log(JSON.stringify((await chord.getContext("c")).context));
    await chord.close();
    await Chord.open({ backend: "indexeddb" }).catch((error) =>
      console.log(error.name, error.code, error.message.includes("memory alone")),
    );
  }
  console.log(entries[0].Chord === entries[1].Chord);
}

main();
