import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeConsumer, runtimes, start } from "./consumer.js";

let consumer;
let server;
let url;

before(async () => {
  consumer = await makeConsumer();
  const wasm = readFileSync(join(consumer.folder, "node_modules", "chord-sync", "chord.wasm"));
  server = createServer((_, response) => response.setHeader("content-type", "application/wasm").end(wasm));
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${server.address().port}/chord.wasm`;
});

after(() => {
  consumer?.remove();
  server?.close();
  server?.closeAllConnections();
});

for (const [name, command] of Object.entries(runtimes)) {
  describe(name, () => {
    test("runs a user's first program without flags", async () => {
      const ended = await start(consumer.folder, command("first.js"));
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(ended.stdout.trim(), '{"status":"away","todos":["tea"]}');
    });

    test("runs it with the entry that needs no file, which is the same package", async () => {
      const ended = await start(consumer.folder, command("inline.js"));
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(ended.stdout.trim(), '{"inline":true} true');
    });

    test("runs it with the entry that has memory alone, which is the same package", async () => {
      const ended = await start(consumer.folder, command("memory.js"));
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(ended.stdout.trim(), '{"memory":true} true');
      const refused = await start(consumer.folder, command("memory-alone.js"));
      assert.equal(refused.stdout.trim(), "backend_unavailable: chord-sync/memory has memory alone; import chord-sync");
    });

    for (const entries of [
      ["chord-sync/memory", "chord-sync"],
      ["chord-sync", "chord-sync/memory"],
    ]) {
      test(`imports ${entries.join(", then ")}, which is one package with all that either has`, async () => {
        const [program, args] = command("two-entries.js");
        const ended = await start(consumer.folder, [program, [...args, ...entries]]);
        assert.equal(ended.code, 0, ended.stderr);
        const opened = ['{"memory":true}', "ChordError backend_unavailable false"];
        assert.deepEqual(ended.stdout.trim().split("\n"), [...opened, ...opened, "true"]);
      });
    }

    test("ends by itself while the cleanup server runs", async () => {
      const ended = await start(consumer.folder, command("cleanup.js"));
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(ended.stdout.trim(), "started");
    });

    for (const source of ["bytes", "buffer", "module", "response", "url"]) {
      test(`opens from ${source}`, async () => {
        const [program, args] = command("sources.js");
        // Fetching is the program's own doing, so it has to be allowed to.
        const allowed = name === "Deno" ? args.toSpliced(1, 0, "--allow-net=127.0.0.1") : args;
        const ended = await start(consumer.folder, [program, [...allowed, url, source]]);
        assert.equal(ended.code, 0, ended.stderr);
        assert.equal(ended.stdout.trim(), source);
      });
    }
  });
}

test("CommonJS can require it, so nothing in it waits at the top level", async () => {
  const ended = await start(consumer.folder, runtimes.Node("required.cjs"));
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(ended.stdout.trim(), '{"required":true}');
});

test("Node needs no crypto for its first operation, and takes it where the system's file can't be read", async () => {
  const program = runtimes.Node("first-operation.js");
  const quick = await start(consumer.folder, program);
  assert.equal(quick.code, 0, quick.stderr);
  assert.equal(quick.stdout.trim(), "2 false");
  const [node, args] = program;
  const permission = ["--no-warnings", "--experimental-permission", `--allow-fs-read=${consumer.folder}`];
  const denied = await start(consumer.folder, [node, [...permission, ...args]]);
  assert.equal(denied.code, 0, denied.stderr);
  assert.equal(denied.stdout.trim(), "2 true");
});
