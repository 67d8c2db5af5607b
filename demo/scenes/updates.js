import { append, increment } from "chord-sync";
import { equal } from "../equality.js";
import { cyan, dim, json, mark, pad, say, title } from "../terminal.js";

const ROOM = {
  status: "open",
  visits: 0,
  members: ["ada", "alan", "barbara", "claude", "donald"],
  settings: { theme: "light", language: "en", quiet: true },
};

/** Partial updates of one small context, one line each. Gives what the next scenes need: the state before them. */
export async function updates(chord, verdict) {
  title("Partial updates: say what changes, everybody gets just that");
  const before = (await chord.setContext("room:lobby", ROOM)).context;

  await show("a field", `{ status: "full" }`, { status: "full" });
  await show("append", `{ members: append("edsger") }`, { members: append("edsger") });
  await show("increment", `{ visits: increment(1) }`, { visits: increment(1) });
  await show("removal", `{ settings: { quiet: undefined } }`, { settings: { quiet: undefined } });

  const { context, version } = await chord.getContext("room:lobby");
  verdict.expect(
    equal(context, {
      status: "full",
      visits: 1,
      members: [...ROOM.members, "edsger"],
      settings: { theme: "light", language: "en" },
    }),
    "the four updates give the room as expected",
  );

  const together = await Promise.all(Array.from({ length: 50 }, () => chord.updateContext("room:lobby", { visits: increment(1) })));
  const after = await chord.getContext("room:lobby");
  const versions = new Set(together.map((result) => result.context.version));
  const kept = verdict.expect(after.context.visits === 51, "fifty increments at once are all kept");
  verdict.expect(versions.size === 50 && after.version === version + 50, "each of them has a version of its own");
  say(`${pad("at once", 11)}50 × { visits: increment(1) } in parallel`);
  say(`${pad("", 11)}${dim(`v${after.version}`)}  ${mark(kept)} visits is ${after.context.visits}: none lost`);
  return before;

  async function show(what, call, changes) {
    const { context, delta } = await chord.updateContext("room:lobby", changes);
    say(`${pad(what, 11)}${call}`);
    say(`${pad("", 11)}${dim(`v${context.version}`)}  ${cyan(json(delta.delta))}`);
  }
}
