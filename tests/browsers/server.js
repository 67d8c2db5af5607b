/** Serves the suite to browsers on a free port of 127.0.0.1, and takes their reports. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { at } from "../../scripts/paths.js";
import { releaseSeries } from "../js/releases.js";
import { bundleProgram } from "./bundle.js";

const html = `<!doctype html><meta charset="utf-8"><title>Chord's suite</title><script type="module" src="/app/host.js"></script>`;
const script = "text/javascript; charset=utf-8";

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const programs = ["open-from.js", "trap.js"];
const modules = ["chord.wasm", "chord-indexeddb.wasm"];

/** `suite` is the bundle's code. */
export async function serve(suite) {
  const listeners = new Map();
  /** How often a module was asked for under a key: a test that serves one counts. */
  const served = new Map();
  // Read once, as the bundle is: a package that is built anew meanwhile is another one.
  const [memory, wasm] = await Promise.all(modules.map((name) => readFile(at("node_modules", "chord-sync", name))));
  const workers = await Promise.all(programs.map(async (name) => [`/app/programs/${name}`, await bundleProgram(name)]));
  let releases;
  const routes = {
    "/app/": async () => [html, "text/html; charset=utf-8"],
    "/app/host.js": async () => [await readFile(at("tests", "browsers", "realm", "host.js")), script],
    // The package's loader looks for its modules two folders above the script it has become a part of.
    "/app/assets/suite.js": async () => [suite, script],
    "/chord.wasm": async () => [memory, "application/wasm"],
    "/chord-indexeddb.wasm": async () => [wasm, "application/wasm"],
    "/served/chord-indexeddb.wasm": async (query) => {
      served.set(query.get("key"), (served.get(query.get("key")) ?? 0) + 1);
      return [wasm, query.get("type")];
    },
    "/served/requests": async (query) => [JSON.stringify(served.get(query.get("key")) ?? 0), "application/json"],
    ...Object.fromEntries(workers.map(([path, code]) => [path, async () => [code, script]])),
    "/releases.json": async () => {
      releases ??= JSON.stringify(await releaseSeries());
      return [releases, "application/json"];
    },
    "/empty": async () => ["<!doctype html><title>Empty</title>", "text/html; charset=utf-8"],
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
    const [body, type] = await route(searchParams);
    response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
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

    /** Hands a run's events to `listener`. */
    listen: (run, listener) => void listeners.set(run, listener),
    unlisten: (run) => void listeners.delete(run),

    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
