// The peers, by what they can be asked to do. One that a runtime can't load is named with the reason, and the others are measured.

/** Told a whole new state, they find what changed: `diff(before, after)` gives a patch, `apply(state, patch)` the state after it. */
const comparing = {
  microdiff: () => import("./microdiff.js"),
  "fast-json-patch": () => import("./fast-json-patch.js"),
  jsondiffpatch: () => import("./jsondiffpatch.js"),
  rfc6902: () => import("./rfc6902.js"),
};

/**
 * Told the change itself: `open(context)` gives a document, see `document.js`.
 */
const editing = {
  immer: () => import("./immer.js"),
  mutative: () => import("./mutative.js"),
  Yjs: () => import("./yjs.js"),
  Loro: () => import("./loro.js"),
  TinyBase: () => import("./tinybase.js"),
  Automerge: () => import("./automerge.js"),
};

export const comparingPeers = () => loadPeers(comparing);
export const editingPeers = () => loadPeers(editing);
export const peerNames = [...Object.keys(comparing), ...Object.keys(editing)];

/** `{ peers, absent }` of `loaders` by name; `absent` says why a peer isn't to be had here. */
export async function loadPeers(loaders) {
  const peers = [];
  const absent = [];
  for (const [name, loader] of Object.entries(loaders)) {
    try {
      const { load: ready } = await loader();
      peers.push({ name, ...(await ready()) });
    } catch (error) {
      absent.push({ name, why: String(error?.message ?? error).split("\n")[0] });
    }
  }
  return { peers, absent };
}
