/** Serves the suite to browsers on a free port of 127.0.0.1, and takes their reports. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { at } from "../../scripts/paths.js";
import { releaseSeries } from "../js/releases.js";

const html = `<!doctype html><meta charset="utf-8"><title>Chord's suite</title><script type="module" src="/app/host.js"></script>`;
const script = "text/javascript; charset=utf-8";

const headers = {
  "cache-control": "no-store",
  // Isolated pages have a clock of microseconds, others one of up to a millisecond: too coarse for tests that compare times.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** `script` is the bundle; a run's reports go to the listener given to `listen`. */
export async function serve(bundle) {
  const listeners = new Map();
  let releases;
  const routes = {
    "/app/": async () => [html, "text/html; charset=utf-8"],
    "/app/host.js": async () => [await readFile(at("tests", "browsers", "realm", "host.js")), script],
    // The package's loader looks for its module two folders above the script it has become a part of.
    "/app/assets/suite.js": async () => [bundle, script],
    "/chord.wasm": async () => [await readFile(at("node_modules", "chord-sync", "chord.wasm")), "application/wasm"],
    "/releases.json": async () => {
      releases ??= JSON.stringify(await releaseSeries());
      return [releases, "application/json"];
    },
    "/favicon.ico": async () => ["", "image/x-icon"],
  };

  async function answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
    if (pathname === "/report" && request.method === "POST") {
      const events = JSON.parse(await bodyOf(request));
      for (const event of events) listeners.get(searchParams.get("run"))?.(event);
      return response.writeHead(204).end();
    }
    const route = routes[pathname];
    if (route === undefined) return response.writeHead(404).end();
    const [body, type] = await route();
    response.writeHead(200, { ...headers, "content-type": type }).end(body);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      process.stderr.write(`${error.stack}\n`);
      response.writeHead(500).end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,

    /** Hands a run's events to `listener`; gives what ends that. */
    listen(run, listener) {
      listeners.set(run, listener);
      return () => listeners.delete(run);
    },

    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
