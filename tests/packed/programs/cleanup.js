// Starts the cleanup server and neither stops it nor closes: the process has to end by itself all the same.
import { Chord } from "chord-sync";

const open = async () => {
  const chord = await Chord.open();
  await chord.setContext("c", {});
  chord.startCleanupServer({ interval: 3_600_000 });
  console.log("started");
};

open();
