/** `tests/js/served-module.js` inside a browser: by the server that the page came from. */
export async function serveModule(_, type) {
  const key = crypto.randomUUID();
  return {
    url: new URL(`/served/chord-indexeddb.wasm?${new URLSearchParams({ key, type })}`, location.origin),
    requests: async () => (await fetch(`/served/requests?key=${key}`)).json(),
    close() {},
  };
}
