/**
 * `npm run build`: leaves the publishable package in `pkg/`.
 *
 *     src/ ──cargo──▶ chord.wasm ──bindgen──▶ build/glue/ ──wasm-opt──▶ build/chord.wasm ─┐
 *                                                  └──▶ js/glue/ + js/ ──tsc──▶ build/dist/ ─┴──▶ pkg/
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { exclusively } from "./lock.js";
import { at, root } from "./paths.js";
import { run } from "./run.js";
import { duration, isMain, main, say } from "./say.js";
import { setUp } from "./setup.js";
import { filesBelow, step } from "./step.js";
import { agreedVersion } from "./versions.js";

const target = "wasm32-unknown-unknown";
const glue = at("build", "glue");
const optimized = at("build", "chord.wasm");
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
const optimization = ["-O2", "--strip-debug", "--strip-producers", "--strip-target-features"];

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

async function compileCrate(rust) {
  say("cargo", "compiling the crate to WebAssembly");
  const started = performance.now();
  const flags = [...withoutMachinePaths(), inlining, stack, ...unstable].join(" ");
  const compiler = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: flags, RUSTC_BOOTSTRAP: "1" };
  // Only a lone cdylib is optimized across crates: the manifest's rlib beside it would rule that out.
  const args = ["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", target, "--target-dir", at(rust.folder), ...rust.args];
  await run(rust.cargo, [...args, "--package", "chord"], { env: { ...rust.env, ...compiler } });
  say("cargo", `done in ${duration(performance.now() - started)}`);
  return at(rust.folder, target, "release", "chord.wasm");
}

/** The generator of the glue. Debian's recipe needs its own rustc here, too, but no standard library from source. */
async function compileBindgen(rust) {
  say("bindgen", "compiling the generator of the JavaScript glue");
  const folder = at(rust.folder);
  await run(rust.cargo, ["build", "--profile", "tools", "--package", "chord-bindgen", "--target-dir", folder], { env: rust.env });
  return join(folder, "tools", process.platform === "win32" ? "chord-bindgen.exe" : "chord-bindgen");
}

async function writeGlue(tool, wasm) {
  const writes = ["chord.js", "chord.d.ts", "chord_bg.wasm"].map((name) => join(glue, name));
  const source = at("js", "glue");
  const copies = ["chord.js", "chord.d.ts"].map((name) => join(source, name));
  await step("glue", { reads: [wasm, at("tools", "bindgen")], writes: [...writes, ...copies], text: "generating" }, async () => {
    rmSync(glue, { recursive: true, force: true });
    await run(tool, [wasm, glue]);
    mkdirSync(source, { recursive: true });
    for (const name of ["chord.js", "chord.d.ts"]) cpSync(join(glue, name), join(source, name));
  });
}

async function optimize() {
  const wasm = join(glue, "chord_bg.wasm");
  const flags = [...wasmFeatures, ...optimization];
  const reads = [wasm, at("node_modules", "binaryen", "package.json")];
  await step("wasm-opt", { reads, writes: [optimized], flags: flags.join(" "), text: optimization.join(" ") }, () =>
    run(process.execPath, [at("node_modules", "binaryen", "bin", "wasm-opt"), ...flags, wasm, "-o", optimized]),
  );
}

/** Each file for itself, so that what is imported stays visible. */
async function minify(files) {
  const { transform } = await import("esbuild");
  for (const file of files) {
    const source = readFileSync(file, "utf8");
    const { code } = await transform(source, { format: "esm", target: "es2022", minify: true });
    writeFileSync(file, code);
  }
}

/** Compiles twice: the declarations keep their documentation, the code that every page loads does without. */
async function compileFacade() {
  const reads = [at("js"), at("tsconfig.json"), at("node_modules", "typescript", "package.json")];
  await step(
    "tsc",
    { reads, writes: [join(dist, "index.js")], flags: readFileSync(import.meta.filename, "utf8"), text: "compiling the facade" },
    async () => {
      rmSync(dist, { recursive: true, force: true });
      const typescript = (...args) => run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), ...args]);
      const tsc = (...args) => typescript("--project", root, "--outDir", dist, ...args);
      await tsc("--emitDeclarationOnly");
      await tsc("--declaration", "false", "--removeComments");
      // The glue is no part of the project: it has declarations of its own.
      const glueOnly = ["--ignoreConfig", "--allowJs", "--removeComments", "--target", "es2022", "--module", "esnext"];
      await typescript(...glueOnly, "--outDir", join(dist, "glue"), at("js", "glue", "chord.js"));
      await minify(filesBelow(dist).filter((file) => file.endsWith(".js")));
      // Declarations that were written by hand or generated, tsc reads but doesn't pass on.
      for (const file of filesBelow(at("js")).filter((file) => file.endsWith(".d.ts"))) {
        cpSync(file, join(dist, relative(at("js"), file)));
      }
    },
  );
}

async function assemble() {
  const reads = [at("pkg-template"), dist, optimized, at("LICENSE")];
  const version = agreedVersion();
  await step("package", { reads, writes: [join(pkg, "package.json")], text: `assembling chord-sync ${version} in pkg/` }, () => {
    rmSync(pkg, { recursive: true, force: true });
    cpSync(at("pkg-template"), pkg, { recursive: true });
    cpSync(dist, join(pkg, "dist"), { recursive: true });
    cpSync(optimized, join(pkg, "chord.wasm"));
    cpSync(at("LICENSE"), join(pkg, "LICENSE"));
    const base64 = readFileSync(optimized).toString("base64");
    mkdirSync(join(pkg, "dist", "load"), { recursive: true });
    writeFileSync(join(pkg, "dist", "load", "wasm-bytes.js"), `export const base64 = "${base64}";\n`);
  });
}

/** Sets up what is missing and builds what has changed. */
export async function build() {
  await exclusively(async () => {
    agreedVersion();
    const rust = await setUp();
    const wasm = await compileCrate(rust);
    await writeGlue(await compileBindgen(rust), wasm);
    await optimize();
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
