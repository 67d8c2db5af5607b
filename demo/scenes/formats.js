import { equal } from "../equality.js";
import { cyan, dim, jsonLines, say, title } from "../terminal.js";
import { Chord } from "chord-sync";

/** What a client at the first version of the room misses, as one delta, printed in each of the three formats. */
export async function formats(chord, before, verdict) {
  const answer = await chord.syncContext("room:lobby", before);
  verdict.expect(answer.type === "delta", "a client at the first version gets one merged delta");
  const { delta, fromVersion, version } = answer;
  const now = await chord.getContext("room:lobby");
  verdict.expect(equal(chord.applyDelta(before.context, delta), now.context), "the merged delta leads to the state now");
  verdict.expect(equal(chord.applyDelta(now.context, chord.invertDelta(delta)), before.context), "its inverse leads back");

  title(`One delta, three formats: version ${fromVersion} to ${version}, ${version - fromVersion} changes merged`);
  for (const deltaFormatter of ["default", "json-patch", "merge-patch"]) {
    const formatter = await Chord.open({ deltaFormatter });
    const text = formatter.formatDelta(delta, { contextId: "room:lobby", version, context: before.context });
    await formatter.close();
    say(cyan(deltaFormatter));
    for (const line of jsonLines(text)) say(dim(`  ${line}`));
  }
}
