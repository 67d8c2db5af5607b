/** What runs in a process that `process.js` starts: opens a Chord, runs functions it is sent, and ends with the test. */
import { Chord, append, increment } from "chord-sync";
import { openChord } from "./clients.js";
import { until } from "./wait.js";

/** What functions of the tests get; they may keep things in it. */
const realm = {
  ...{ Chord, append, increment, until },
  /** Tells the test something meanwhile. */
  tell: (told) => process.send({ told }),
};

let opened;

async function answer({ open, text, input, close }) {
  if (open !== undefined) {
    // Where many begin at once on a busy machine, the first answer may be late.
    opened = await until("opening", () => openChord(open.library, open.target, open.options));
    realm.chord = opened.chord;
    realm.client = opened.client;
    return undefined;
  }
  if (close) return opened?.close();
  const work = new Function(`return (${text})`)();
  return work(realm, input);
}

process.on("message", async ({ number, ...what }) => {
  try {
    process.send({ number, value: await answer(what) });
  } catch (error) {
    process.send({ number, error: { name: error.name, message: error.message, code: error.code, stack: error.stack } });
  }
});

// The test has ended, however it did.
process.on("disconnect", () => process.exit());
