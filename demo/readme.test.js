// The README and the documents are programs: their `js` blocks are run from top to bottom, and what they claim is compared.
// A statement followed by `// → value` must give that value, one followed by `// throws code at path` must be refused so.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import * as package_ from "chord-sync";
import { transform } from "esbuild";
import { at } from "../scripts/paths.js";
import { filesBelow } from "../scripts/step.js";
import { equal } from "./equality.js";

/** Those whose examples are run. What needs a server, a bundler or a browser is compiled only. */
const programs = ["README.md", "docs/delta-algebra.md", "docs/formats.md", "docs/backends.md"];
const guides = readdirSync(at("docs")).filter((name) => name.endsWith(".md"));
const documents = [
  "README.md",
  "CHANGELOG.md",
  "pkg-template/README.md",
  "examples/sqlite/README.md",
  ...guides.map((name) => `docs/${name}`),
];

for (const document of programs) {
  test(`${document} says what Chord does`, async () => {
    const claims = await run(programOf(readFileSync(new URL(`../${document}`, import.meta.url), "utf8")));
    assert.ok(claims > 0, "it has examples");
  });
}

test("the README's example has fifteen lines", () => {
  const [example] = blocksOf(readFileSync(new URL("../README.md", import.meta.url), "utf8"));
  const lines = example.text.split("\n").filter((line) => line.trim() !== "" && !line.trimStart().startsWith("//"));
  assert.ok(lines.length <= 15, `${lines.length} lines of code`);
});

test("docs/backends.md shows the smallest backend as the tests have it", () => {
  const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
  const [example] = blocksOf(read("../docs/backends.md"));
  assert.equal(example.text, read("../tests/backends/memory-backend.js").replace("export class", "class"));
});

test("what the documents link to is there", () => {
  for (const document of documents) {
    const place = new URL(`../${document}`, import.meta.url);
    for (const [, link, heading] of readFileSync(place, "utf8").matchAll(/\]\(([^)#:]+)(?:#([^)]*))?\)/g)) {
      assert.ok(existsSync(new URL(link, place)), `${document}: ${link}`);
      if (heading === undefined) continue;
      const headings = readFileSync(new URL(link, place), "utf8").matchAll(/^#+ (.*)$/gm);
      assert.ok([...headings].map(([, text]) => anchorOf(text)).includes(heading), `${document}: ${link}#${heading}`);
    }
  }
});

test("the files that the documents name are there", () => {
  const folders = ["src", "tests", "fuzz", "examples", "demo", "bench", "scripts"];
  const names = new Set(folders.flatMap((folder) => filesBelow(at(folder))).map((file) => basename(file)));
  for (const document of documents) {
    const text = readFileSync(at(document), "utf8");
    for (const [, file] of text.matchAll(/`((?:tests|src|js|fuzz|examples|demo|bench|scripts|tools|www|pkg-template)\/[\w/.-]*)`/g)) {
      assert.ok(existsSync(at(file)), `${document}: ${file}`);
    }
    // "`tests/a/b.test.js`, `c.test.js`": of the second only the name is known.
    for (const [, name] of text.matchAll(/`([\w-]+\.(?:test\.js|rs))`/g)) assert.ok(names.has(name), `${document}: ${name}`);
  }
  const map = readFileSync(at("docs", "architecture.md"), "utf8").matchAll(/^((?:js|src)\/[\w./-]+)/gm);
  for (const [, file] of map) assert.ok(existsSync(at(file)), `docs/architecture.md: ${file}`);
});

test("examples compile, and the package exports what they import", async () => {
  for (const document of documents) {
    for (const [, language, example] of readFileSync(at(document), "utf8").matchAll(/^```(js|ts)\n([\s\S]*?)^```$/gm)) {
      await transform(example, { loader: language, logLevel: "silent" }).catch((error) =>
        assert.fail(`${document}: ${error.message}\n${example}`),
      );
      for (const [, imports, from] of example.matchAll(/^import \{ (.*) \} from "(chord-sync(?:\/\w+)?)";/gm)) {
        const exported = await import(from);
        for (const name of imports.split(", ")) assert.ok(name in exported, `${document}: ${from} exports no ${name}`);
      }
    }
  }
});

/** What a heading is linked by. */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replaceAll(" ", "-");
}

/** The `js` blocks of a Markdown text, each with the line it starts on. */
function blocksOf(markdown) {
  return [...markdown.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) => ({
    text: match[1],
    line: markdown.slice(0, match.index).split("\n").length + 1,
  }));
}

/** All blocks as one program, its claims turned into calls of `gives` and `refuses`. */
function programOf(markdown) {
  return blocksOf(markdown)
    .flatMap(({ text, line }) => claimed(text.split("\n"), line))
    .join("\n");
}

function claimed(lines, firstLine) {
  const out = [];
  for (let i = 0; i < lines.length; i += 1) {
    const claim = /^\/\/ (→|throws) (.*)$/.exec(lines[i]);
    if (claim === null) {
      out.push(lines[i]);
      continue;
    }
    const at = firstLine + i;
    // A statement starts where a line does, with anything but a closing bracket.
    const start = out.findLastIndex((line) => /^[^\s)\]}]/.test(line));
    const statement = `async () => (${out.splice(start).join("\n").trimEnd().replace(/;$/, "")})`;
    if (claim[1] === "throws") {
      const [, code, path = "undefined"] = /^(\w+)(?: at (.*))?$/.exec(claim[2]);
      out.push(`await refuses(${at}, ${statement}, "${code}", ${path});`);
    } else {
      const value = [claim[2]];
      for (; /^\/\/ {3}/.test(lines[i + 1] ?? ""); i += 1) value.push(lines[i + 1].slice(2));
      out.push(`await gives(${at}, ${statement}, (${value.join("\n")}));`);
    }
  }
  return out;
}

/** Runs a program and gives how many claims it checked. */
async function run(program) {
  let claims = 0;
  const chord = await package_.Chord.open();
  const given = {
    ...package_,
    chord,
    // What an example prints is what it claims about.
    console: { log: (value) => value },
    load: (name) => import(name),
    gives: async (line, statement, expected) => {
      claims += 1;
      const actual = await statement();
      // assert says how they differ; whether they do is for an equality that ignores the order of keys.
      if (!equal(actual, expected)) assert.deepEqual(actual, expected, `line ${line}`);
    },
    refuses: async (line, statement, code, path) => {
      claims += 1;
      const error = await statement().then(
        () => assert.fail(`line ${line}: expected ${code}`),
        (error) => error,
      );
      assert.equal(error.code, code, `line ${line}: ${error.stack}`);
      if (path !== undefined) assert.deepEqual(error.path, path, `line ${line}`);
    },
  };
  const body = program.replace(/^import (\{.*\}) from (".*");$/gm, "const $1 = await load($2);");
  const AsyncFunction = (async () => {}).constructor;
  // The inner block lets an example declare a `chord` of its own.
  await new AsyncFunction(...Object.keys(given), `{\n${body}\n}`)(...Object.values(given));
  await chord.close();
  return claims;
}
