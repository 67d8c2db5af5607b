import { Chord } from "chord-sync";
import { Crowd } from "../crowd.js";
import { entriesChanged } from "../equality.js";
import { loadReleases } from "../releases.js";
import { count, cyan, dim, mark, percent, say, size, table, title } from "../terminal.js";

const CLIENTS = 60;
const MOST_PATIENT = 12;
// Fewer deltas kept than the most patient clients miss, so that some of them have to be told everything.
const DELTAS_KEPT = 8;

/** Real releases become versions of one context, while clients that come by at different times stay equal to it. */
export async function replay(verdict) {
  const releases = loadReleases();
  const chord = await Chord.open({ deltaThreshold: DELTAS_KEPT });
  const crowd = new Crowd(CLIENTS, MOST_PATIENT);
  const total = { releases: releases.length, clients: CLIENTS, syncs: 0, bytes: 0, fullBytes: 0, different: 0 };

  title(`${releases.length} releases of the MIME type database, one context, ${CLIENTS} clients that sync now and then`);
  const row = table({ release: -8, changed: 8, version: 8, full: 10, delta: 10, saved: 8, "by delta": 9, "in full": 8, equal: 7 });

  let before = {};
  for (const [round, { release, db }] of releases.entries()) {
    const result = await chord.setContext("mime-types", db);
    const changed = entriesChanged(before, db);
    verdict.expect(result.context.version === round + 1, `release ${release} is version ${round + 1}`);
    verdict.expect(Object.keys(result.delta.delta).length === changed, `the delta of ${release} tells of ${changed} entries`);

    const everyone = round === releases.length - 1;
    const tally = await crowd.sync(chord, "mime-types", db, { round, everyone });
    const synced = tally.full_context + tally.delta;
    verdict.expect(tally.different === 0, `every client equals release ${release} (${tally.different} of ${synced} differ)`);
    total.syncs += synced;
    for (const key of ["bytes", "fullBytes", "different"]) total[key] += tally[key];

    const [full, delta] = [db, result.delta.delta].map((value) => Buffer.byteLength(JSON.stringify(value)));
    const told = round === 0 ? [dim("new"), dim("–")] : [cyan(size(delta)), percent(1 - delta / full)];
    const equal = `${synced - tally.different} ${mark(tally.different === 0)}`;
    row([release, count(changed), String(round + 1), size(full), ...told, String(tally.delta), String(tally.full_context), equal]);
    before = db;
  }

  const again = await crowd.sync(chord, "mime-types", before, { round: releases.length, everyone: true });
  verdict.expect(again.no_change === CLIENTS, "a second sync tells everyone that nothing changed");
  say();
  say(dim(`Clients came by every 1 to ${MOST_PATIENT} releases; a first visit, or more than ${DELTAS_KEPT} missed, is answered in full.`));
  say(dim(`Asked once more, all ${again.no_change} hear "no change".`));
  say(dim(`${size(total.bytes)} were sent where full states alone would be ${size(total.fullBytes)}.`));
  await chord.close();
  return total;
}
