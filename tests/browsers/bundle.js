/**
 * The suite as one script for browsers: the test files as they are on Node, the package as a bundler for browsers takes it from
 * `node_modules/`, and what only processes have replaced by `realm/`.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { at } from "../../scripts/paths.js";

const realm = (name) => at("tests", "browsers", "realm", name);

const modules = {
  "node:test": realm("test.js"),
  "node:assert/strict": realm("assert.js"),
  "node:os": realm("os.js"),
  "node:vm": realm("vm.js"),
};

/** Files beside the tests that reach for files and processes, and have a namesake in `realm/`. */
const replaced = ["runtime.js", "releases.js", "module-bytes.js"];

/** Test files await at their top, which service workers forbid: the body becomes a function that the runner calls. */
function deferred(source) {
  const imports = [];
  const body = source.replaceAll(/^import [^;]*;$/gm, (statement) => {
    imports.push(statement);
    return statement.replaceAll(/[^\n]/g, "");
  });
  // On the line of the first import, so that line numbers stay those of the file.
  return `${imports.join(" ").replaceAll("\n", " ")} export async function register() {${body}\n}\n`;
}

const plugin = (files) => ({
  name: "suite",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^suite$/ }, () => ({ path: "suite", namespace: "suite" }));
    onLoad({ filter: /^suite$/, namespace: "suite" }, () => ({ contents: listOf(files), resolveDir: at() }));
    onResolve({ filter: /^node:/ }, ({ path }) => (path in modules ? { path: modules[path] } : undefined));
    onResolve({ filter: /^\.\// }, ({ path, resolveDir }) => {
      const name = basename(path);
      const isReplaced = dirname(join(resolveDir, path)) === at("tests", "js") && replaced.includes(name);
      return isReplaced ? { path: realm(name) } : undefined;
    });
    onLoad({ filter: /\.js$/ }, async ({ path }) =>
      files.includes(path) ? { contents: deferred(await readFile(path, "utf8")), loader: "js" } : undefined,
    );
  },
});

function listOf(files) {
  const imports = files.map((file, index) => `import { register as register${index} } from ${JSON.stringify(file)};`);
  const entries = files.map((file, index) => `${JSON.stringify(basename(file))}: register${index}`);
  return `${imports.join("\n")}\nexport const suite = { ${entries.join(", ")} };\n`;
}

/** The bundle of test files (absolute paths) as text. */
export async function bundle(files) {
  const { outputFiles } = await build({
    entryPoints: [realm("start.js")],
    plugins: [plugin(files)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["browser"],
    target: "es2022",
    legalComments: "none",
    logLevel: "error",
  });
  return outputFiles[0].text;
}
