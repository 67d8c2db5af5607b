/** The contract of backends, and what Chord promises over one: on each kind of server, through each library. */
import { after, before, describe, test } from "node:test";
import { Chord } from "chord-sync";
import { redisBackend } from "chord-sync/redis";
import { backendConformance, chordConformance, register } from "chord-sync/testing";
import { connectClient, libraryNames } from "./clients.js";
import { skip, startCluster, startServer } from "./servers.js";

const kinds = { "one server": startServer, "a cluster": startCluster };

let stores = 0;

for (const [kind, start] of Object.entries(kinds)) {
  describe(kind, { skip, concurrency: libraryNames.length }, () => {
    let target;
    before(async () => {
      target = await start();
    });
    after(() => target?.close());

    for (const library of libraryNames) {
      describe(library, { concurrency: 1 }, () => {
        // Clients that a case has done with serve the next one: in a cluster, connecting takes longer than most cases.
        const free = [];
        after(() => free.forEach(({ close }) => void close()));

        /** A namespace that nobody has used, in which each connection has a client of its own. */
        function store() {
          stores += 1;
          const namespace = `store-${stores}`;
          const taken = [];
          const connect = async () => {
            const connected = free.pop() ?? (await connectClient(library, target));
            taken.push(connected);
            return redisBackend({ client: connected.client, namespace });
          };
          return { connect, drop: () => void free.push(...taken) };
        }

        register(backendConformance(store), test);
        register(chordConformance(Chord, store), test);
      });
    }
  });
}
