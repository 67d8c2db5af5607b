// `require` of an ES module works only where nothing in it waits at the top level.
const { Chord } = require("chord-sync");

Chord.open().then(async (chord) => {
  await chord.setContext("c", { required: true });
  console.log(JSON.stringify((await chord.getContext("c")).context));
  await chord.close();
});
