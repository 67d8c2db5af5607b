/**
 * Makes the engine trap in the middle of a write, as only a defect in Chord could, and prints what users of the package then meet.
 * In a process of its own, because all instances of one share the engine's memory.
 */
import { Chord } from "chord-sync";
import { glue } from "../glue.js";

const told = async (call) => {
  try {
    const value = await call();
    return { value };
  } catch (error) {
    return {
      name: error?.name,
      code: error?.code,
      message: error?.message,
      contextId: error?.contextId,
      cause: error?.cause?.constructor?.name,
    };
  }
};

const chord = await Chord.open();
const bystander = await Chord.open();
await bystander.setContext("c", { here: true });
const heard = [];
chord.subscribe("*", (event) => heard.push(event.version));
const read = await chord.setContext("c", { n: 1 });
void read.context;
await Promise.resolve();

const { set } = glue.Chord.prototype;
glue.Chord.prototype.set = function trap() {
  return this.trap();
};
const trapped = await told(() => chord.setContext("c", { n: 2 }));
glue.Chord.prototype.set = set;

const outcomes = {
  trapped,
  set: await told(() => chord.setContext("c", { n: 3 }).then(() => "stored")),
  get: await told(() => chord.getContext("c").then(() => "read")),
  algebra: await told(() => chord.calculateDelta({}, { a: 1 })),
  bystander: await told(() => bystander.getContext("c").then((held) => held.context)),
  readBefore: await told(() => read.context.context),
  close: await told(() => chord.close()),
  closed: await told(() => chord.getContext("c")),
  heard,
};

const fresh = await Chord.open();
const states = [];
for (let n = 0; n < 3; n += 1) states.push((await fresh.setContext("c", { n })).context.context);
outcomes.fresh = {
  states,
  synced: (await fresh.syncContext("c", 1)).type,
  bystander: await told(() => bystander.getContext("c").then((held) => held.context)),
};
await fresh.close();
console.log(JSON.stringify(outcomes));
