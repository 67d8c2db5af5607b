/**
 * `npm run build`: leaves the publishable package in `pkg/`.
 *
 *     src/ ──cargo──▶ chord.wasm ──bindgen──▶ build/glue/ ──wasm-opt──▶ build/chord.wasm ─────┐     for each edition
 *                                                  └──▶ js/glue/ + js/ ──esbuild──▶ build/dist/ ─┴──▶ pkg/
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { exclusively } from "./lock.js";
import { at, root } from "./paths.js";
import { ask, run } from "./run.js";
import { duration, isMain, main, say } from "./say.js";
import { setUp } from "./setup.js";
import { filesBelow, step } from "./step.js";
import { agreedVersion } from "./versions.js";

const target = "wasm32-unknown-unknown";

/**
 * What is published of the crate: a WebAssembly each, with the stores it has besides memory. Nobody loads what he doesn't use.
 *
 * Level `z` makes a file 6 % smaller and operations in memory 15-25 % slower. Beside a transaction or a network that can't be noticed.
 */
export const editions = [
  { name: "chord", features: "", level: "s" },
  { name: "chord-indexeddb", features: "indexeddb", level: "z" },
  { name: "chord-backends", features: "backends", level: "z" },
].map((edition) => ({
  ...edition,
  compiled: at("build", `${edition.name}.compiled.wasm`),
  glue: at("build", "glue", edition.name),
  optimized: at("build", `${edition.name}.wasm`),
}));

const dist = at("build", "dist");
const pkg = at("pkg");

// What rustc's target has switched on by default: what every engine of the last years knows, and nothing newer.
const wasmFeatures = [
  "bulk-memory",
  "bulk-memory-opt",
  "call-indirect-overlong",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
].map((name) => `--enable-${name}`);
// Nothing is ever at an address below 1,024 but the end of the stack: so offsets go into the instructions that access memory.
const optimization = ["-O3", "--low-memory-unused", "-O3", "--strip-debug", "--strip-producers", "--strip-target-features"];

// How long a function marked `#[inline]` may be to be copied into its callers. Measured: 100 instead of LLVM's 325 makes the file
// 4 % smaller and operations 0-3 % slower. A lower limit for unmarked functions, too, costs updates and syncs 15-20 %.
const inlining = "-Cllvm-args=-inlinehint-threshold=100";

// For what recurses once a level of a value or a delta, which may have a thousand. The standard megabyte holds some two thousand frames.
const stack = "-Clink-arg=-zstack-size=3145728";

// Where panics point to, and how values print for developers, nobody reads: a panic is a trap. The compiler leaves both out only when it
// is told that unstable options are wanted. `tools/bindgen` knows functions by their older kind of symbols.
const unstable = ["-Zunstable-options", "-Zlocation-detail=none", "-Zfmt-debug=none", "-Csymbol-mangling-version=legacy"];

/** Keeps this machine's folders out of the messages that the compiler puts into the published file. */
function withoutMachinePaths() {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  return [`--remap-path-prefix=${join(cargoHome, "registry", "src")}=crates`, `--remap-path-prefix=${root}=`];
}

/**
 * The compiled crate. Cargo leaves every edition under the same name, so its file is put away; and as it would compile an edition again
 * after another one, it is asked only when something has changed.
 */
async function compileCrate(rust, { name, features, level, compiled }) {
  const flags = [...withoutMachinePaths(), inlining, stack, ...unstable].join(" ");
  const compiler = {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: flags,
    CARGO_PROFILE_RELEASE_OPT_LEVEL: level,
    RUSTC_BOOTSTRAP: "1",
  };
  const folder = at(rust.folder);
  // Only a lone cdylib is optimized across crates: the manifest's rlib beside it would rule that out.
  const args = ["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", target, "--target-dir", folder, ...rust.args];
  const edition = ["--package", "chord", "--no-default-features", "--features", features];
  const how = JSON.stringify([args, edition, compiler, ask(rust.env.RUSTC ?? "rustc", ["--version"])]);
  const reads = ["src", "Cargo.toml", "Cargo.lock"].map((path) => at(path));
  await step(`${name} wasm`, { reads, writes: [compiled], flags: how, text: "compiling the crate" }, async () => {
    await run(rust.cargo, [...args, ...edition], { env: { ...rust.env, ...compiler } });
    cpSync(join(folder, target, "release", "chord.wasm"), compiled);
  });
  return compiled;
}

/** The generator of the glue. Debian's recipe needs its own rustc here, too, but no standard library from source. */
async function compileBindgen(rust) {
  say("bindgen", "compiling the generator of the JavaScript glue");
  const folder = at(rust.folder);
  await run(rust.cargo, ["build", "--profile", "tools", "--package", "chord-bindgen", "--target-dir", folder], { env: rust.env });
  return join(folder, "tools", process.platform === "win32" ? "chord-bindgen.exe" : "chord-bindgen");
}

async function writeGlue(tool, wasm, { name, glue }) {
  const writes = ["chord.js", "chord.d.ts", "chord_bg.wasm"].map((file) => join(glue, file));
  const source = at("js", "glue");
  const kinds = ["js", "d.ts"];
  const copies = kinds.map((kind) => join(source, `${name}.${kind}`));
  await step(`${name} glue`, { reads: [wasm, at("tools", "bindgen")], writes: [...writes, ...copies], text: "generating" }, async () => {
    rmSync(glue, { recursive: true, force: true });
    await run(tool, [wasm, glue]);
    mkdirSync(source, { recursive: true });
    for (const kind of kinds) cpSync(join(glue, `chord.${kind}`), join(source, `${name}.${kind}`));
  });
}

async function optimize({ name, glue, optimized }) {
  const wasm = join(glue, "chord_bg.wasm");
  const flags = [...wasmFeatures, ...optimization];
  const reads = [wasm, at("node_modules", "binaryen", "package.json")];
  await step(`${name} opt`, { reads, writes: [optimized], flags: flags.join(" "), text: optimization.join(" ") }, () =>
    run(process.execPath, [at("node_modules", "binaryen", "bin", "wasm-opt"), ...flags, wasm, "-o", optimized]),
  );
}

/** The entries that open a `Chord`, each for a kind of host. */
const hosts = ["browser", "server", "workerd", "inline", "memory-browser", "memory-server", "memory-workerd"];
/** The others, and the scripts for shared stores; and what these take from `js/shared.ts`. */
const others = ["redis/index", "testing/index", "editions/indexeddb", "editions/backends"];
const shared = /\/(deadline|error|frozen|id|operation|options|unref)\.js$/;

/**
 * What all entries for hosts have in common becomes one script: to find another file costs Node half of a millisecond. The rest takes what it
 * needs of that by a name; were it bundled together with them, esbuild would divide the one into a part for each way to have some of it.
 */
async function bundle() {
  const { build } = await import("esbuild");
  const options = {
    outbase: at("js"),
    outdir: dist,
    chunkNames: "shared/[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
    // What the modules are put into later; and what comes second.
    external: ["*.wasm", "./chord*-bytes.js", "../editions/indexeddb.js", "../editions/backends.js"],
  };
  const scripts = (names) => names.map((name) => at("js", `${name}.ts`));
  await build({ ...options, entryPoints: scripts([...hosts.map((name) => `load/${name}`), "shared"]) });
  const byName = {
    name: "shared",
    setup: ({ onResolve }) => onResolve({ filter: shared }, () => ({ path: "../shared.js", external: true })),
  };
  await build({ ...options, entryPoints: scripts(others), plugins: [byName] });
}

/** The declarations keep their documentation, the code that every page loads does without. */
async function compileFacade() {
  const reads = [at("js"), at("tsconfig.json"), at("node_modules", "typescript", "package.json")];
  await step(
    "facade",
    { reads, writes: [join(dist, "index.d.ts")], flags: readFileSync(import.meta.filename, "utf8"), text: "compiling the facade" },
    async () => {
      rmSync(dist, { recursive: true, force: true });
      const tsc = at("node_modules", "typescript", "bin", "tsc");
      await run(process.execPath, [tsc, "--project", root, "--outDir", dist, "--emitDeclarationOnly"]);
      await bundle();
      // Declarations that were written by hand or generated, tsc reads but doesn't pass on.
      for (const file of filesBelow(at("js")).filter((file) => file.endsWith(".d.ts"))) {
        cpSync(file, join(dist, relative(at("js"), file)));
      }
    },
  );
}

async function assemble() {
  const reads = [at("pkg-template"), dist, ...editions.map(({ optimized }) => optimized), at("LICENSE")];
  const version = agreedVersion();
  await step("package", { reads, writes: [join(pkg, "package.json")], text: `assembling chord-sync ${version} in pkg/` }, () => {
    rmSync(pkg, { recursive: true, force: true });
    cpSync(at("pkg-template"), pkg, { recursive: true });
    cpSync(dist, join(pkg, "dist"), { recursive: true });
    cpSync(at("LICENSE"), join(pkg, "LICENSE"));
    mkdirSync(join(pkg, "dist", "load"), { recursive: true });
    for (const { name, optimized } of editions) {
      cpSync(optimized, join(pkg, `${name}.wasm`));
      const base64 = readFileSync(optimized).toString("base64");
      writeFileSync(join(pkg, "dist", "load", `${name}-bytes.js`), `export const base64 = "${base64}";\n`);
    }
  });
}

/** Sets up what is missing and builds what has changed. */
export async function build() {
  await exclusively(async () => {
    agreedVersion();
    const rust = await setUp();
    const bindgen = await compileBindgen(rust);
    for (const edition of editions) {
      await writeGlue(bindgen, await compileCrate(rust, edition), edition);
      await optimize(edition);
    }
    await compileFacade();
    await assemble();
  });
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const started = performance.now();
    await build();
    say("build", `pkg/ is ready after ${duration(performance.now() - started)}`);
  });
}
