/** Serves the realms of these tests on a free port of 127.0.0.1, and hears what becomes of what they run. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { at } from "../../../scripts/paths.js";
import { bundle } from "../bundle.js";
import { within } from "../drivers/program.js";

const realm = at("tests", "browsers", "faults", "page", "realm.js");
const html = `<!doctype html><meta charset="utf-8"><title>Faults</title><script type="module" src="/app/assets/realm.js"></script>`;

const modules = ["chord.wasm", "chord-indexeddb.wasm"];

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** `hear(told)` is called with what a realm tells, as it comes; what it gives is answered. */
export async function serve({ port = 0, hear = () => {} } = {}) {
  const module = async (name) => [`/${name}`, [await readFile(at("node_modules", "chord-sync", name)), "application/wasm"]];
  const [{ code }, ...served] = await Promise.all([bundle(realm), ...modules.map(module)]);
  const files = {
    "/app/": [html, "text/html; charset=utf-8"],
    "/app/assets/realm.js": [code, "text/javascript; charset=utf-8"],
    // The package's loader looks for its modules two folders above the script it has become a part of.
    ...Object.fromEntries(served),
    "/favicon.ico": ["", "image/x-icon"],
  };
  const waiting = new Map();
  const errands = new Map();

  async function answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
    if (request.method === "POST") {
      const body = await bodyOf(request);
      if (pathname === "/told") return response.end(JSON.stringify(hear(JSON.parse(body)) ?? null));
      waiting.get(searchParams.get("key"))?.(JSON.parse(body));
      return response.writeHead(204).end();
    }
    if (pathname === "/errand") return response.end(JSON.stringify(errands.get(searchParams.get("key"))));
    const file = files[pathname];
    if (file === undefined) return response.writeHead(404).end();
    const [body, type] = file;
    response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
  }

  const server = createServer((request, response) => {
    // A browser that is killed leaves requests half said.
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/app/`,

    /** What a realm tells that has been given a key by `begin(key)`. */
    async outcome(begin, what, ms, key = randomUUID()) {
      const report = new Promise((resolve) => waiting.set(key, resolve));
      try {
        await begin(key);
        const { value, error } = await within(ms, what, report);
        if (error !== undefined) throw new Error(error);
        return value;
      } finally {
        waiting.delete(key);
      }
    },

    /** The address of a page that runs `work` by itself, without a driver. */
    errand(work, input) {
      const key = randomUUID();
      errands.set(key, { key, text: String(work), input });
      return `${this.url}?errand=${key}`;
    },

    /** What `work` came to, in a page of that address. */
    outcomeOf(address, what, ms) {
      const key = new URL(address).searchParams.get("errand");
      return this.outcome(() => {}, what, ms, key);
    },

    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
