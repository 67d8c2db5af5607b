/**
 * The suite as scripts for browsers: test files and programs as they are on Node, the package as a bundler for browsers takes it from
 * `node_modules/`, and what only processes have replaced by `realm/`.
 */
import { readFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { basename, join, relative } from "node:path";
import { build } from "esbuild";
import { at, root } from "../../scripts/paths.js";

const tests = (...path) => at("tests", "js", ...path);
const realm = (name) => at("tests", "browsers", "realm", name);

const modules = {
  "node:test": "test.js",
  "node:assert/strict": "assert.js",
  "node:os": "os.js",
  "node:vm": "vm.js",
};

/** Files beside the tests that reach for files and processes, and have a namesake in `realm/`. */
const replaced = ["glue.js", "module-bytes.js", "releases.js", "runtime.js", "served-module.js"];

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

function listOf(files) {
  const imports = files.map((file, index) => `import { register as register${index} } from ${JSON.stringify(file)};`);
  const entries = files.map((file, index) => `${JSON.stringify(basename(file))}: register${index}`);
  return `${imports.join("\n")}\nexport const suite = { ${entries.join(", ")} };\n`;
}

const plugin = (files) => ({
  name: "suite",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^suite$/ }, () => ({ path: "suite", namespace: "suite" }));
    onLoad({ filter: /^suite$/, namespace: "suite" }, () => ({ contents: listOf(files), resolveDir: root }));
    onResolve({ filter: /^node:/ }, ({ path }) => (path in modules ? { path: realm(modules[path]) } : undefined));
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const name = basename(path);
      return replaced.includes(name) && join(resolveDir, path) === tests(name) ? { path: realm(name) } : undefined;
    });
    onLoad({ filter: /\.js$/ }, async ({ path }) =>
      files.includes(path) ? { contents: deferred(await readFile(path, "utf8")), loader: "js" } : undefined,
    );
  },
});

/** A script, its `code` and its `map`, as a bundler for browsers makes it of a file; `options` are esbuild's. */
export async function bundle(entry, options) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    outdir: at("build"),
    format: "esm",
    platform: "browser",
    conditions: ["browser"],
    target: "es2022",
    sourcemap: "external",
    legalComments: "none",
    logLevel: "error",
    ...options,
  });
  const [map, code] = outputFiles.toSorted((a, b) => a.path.length - b.path.length).reverse();
  return { code: code.text, map: JSON.parse(map.text) };
}

/** Replaces places in the bundle, which stacks name, by places in the files it was made of. */
function locator(map) {
  const places = new SourceMap(map);
  return (text) =>
    text.replaceAll(/http:\/\/127\.0\.0\.1:\d+\/app\/assets\/suite\.js[^\s:]*:(\d+):(\d+)/g, (place, line, column) => {
      const { originalSource, originalLine, originalColumn } = places.findEntry(line - 1, column - 1);
      if (originalSource === undefined) return place;
      return `${relative(root, join(at("build"), originalSource))}:${originalLine + 1}:${originalColumn + 1}`;
    });
}

/** The bundle of test files (absolute paths): its `code`, and `located`, which makes a stack's places those of the files. */
export async function bundleSuite(files) {
  const { code, map } = await bundle(realm("start.js"), { plugins: [plugin(files)] });
  return { code, located: locator(map) };
}

/** A program of `tests/js/programs/` as the script of a worker that tells what it prints and when it has ended. */
export async function bundleProgram(name) {
  const banner = `
    const programArguments = ["", "", ...JSON.parse(decodeURIComponent(location.search.slice(1)))];
    console.log = (line) => postMessage({ printed: String(line) });`;
  const { code } = await bundle(tests("programs", name), {
    plugins: [plugin([])],
    define: { "process.argv": "programArguments" },
    banner: { js: banner },
    footer: { js: "postMessage({ code: 0 });" },
  });
  return code;
}
