// The README and the documents are programs: their `js` blocks are run from top to bottom, and what they claim is compared.
// A statement followed by `// → value` must give that value, one followed by `// throws code at path` must be refused so.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as package_ from "chord-sync";
import { equal } from "./equality.js";

const documents = ["README.md", "docs/delta-algebra.md", "docs/formats.md", "docs/backends.md"];

for (const document of documents) {
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

test("what the documents link to and the tests they name are there", () => {
  for (const document of [...documents, "docs/guarantees.md", "CHANGELOG.md"]) {
    const place = new URL(`../${document}`, import.meta.url);
    const text = readFileSync(place, "utf8");
    for (const [, link] of text.matchAll(/\]\(([^)#:]+)\)/g)) assert.ok(existsSync(new URL(link, place)), `${document}: ${link}`);
    for (const [, file] of text.matchAll(/`((?:tests|src)\/[\w/.-]+)`/g)) {
      assert.ok(existsSync(new URL(`../${file}`, import.meta.url)), `${document}: ${file}`);
    }
  }
});

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
