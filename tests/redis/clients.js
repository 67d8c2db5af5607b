/** Chords over clients of their own, as an application makes them. */
import { Chord } from "chord-sync";
import { redisBackend } from "chord-sync/redis";
import { libraries } from "./libraries.js";

export const libraryNames = Object.keys(libraries);

/** What a process needs to know of a server, a cluster or a proxy to connect to it. */
export const targetOf = ({ url, roots }) => ({ url, roots });

/** A client for a target, connected: `{ client, close() }`. */
export const connectClient = (library, target, options) =>
  libraries[library][target.roots === undefined ? "single" : "cluster"](target, options);

/** A Chord over a client of its own; `close()` closes both. */
export async function openChord(library, target, { namespace = "test", client: clientOptions, redis, ...options } = {}) {
  const { client, close } = await connectClient(library, target, clientOptions);
  try {
    const chord = await Chord.open({ backend: redisBackend({ client, namespace, ...redis }), ...options });
    return {
      chord,
      client,
      close: async () => {
        await chord.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}
