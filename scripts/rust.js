/**
 * The Rust that compiles the crate to WebAssembly, chosen in this order: the target where it is installed already; `rustup target
 * add`; Debian's own compiler with the standard library built from source. `CHORD_RUST` (`rustup` or `debian`) forces one way.
 * When Debian's packages may be installed, `debian.js` says.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { installCommand, installDebianPackages, isDebian, maySetUpSystem } from "./debian.js";
import { duration, Failure, say } from "./say.js";
import { ask, run } from "./run.js";

const target = "wasm32-unknown-unknown";
const debianPackages = ["rustc-web", "cargo-web", "rust-web-src", "libstd-rust-web-dev", "lld-19"];
const minimum = [1, 85];

function hasTarget(sysroot) {
  const folder = join(sysroot, "lib", "rustlib", target, "lib");
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith("libstd-"));
}

/** The rustup toolchain that `rustc` on PATH belongs to, by name; `undefined` where it isn't rustup's. */
function rustupToolchain(sysroot) {
  const home = ask("rustup", ["show", "home"]);
  if (home === undefined) return undefined;
  return resolve(dirname(sysroot)) === resolve(home, "toolchains") ? basename(sysroot) : undefined;
}

function isOldRust() {
  const version = ask("rustc", ["--version"])?.match(/(\d+)\.(\d+)/);
  if (!version) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < minimum[0] || (major === minimum[0] && minor < minimum[1]);
}

/** Debian's own compiler, by folder: rustup's shims come first on PATH. */
function debianRust() {
  const rustc = ["/usr/bin/rustc", "/usr/local/bin/rustc"].find((path) => existsSync(path));
  const source = rustc && ask(rustc, ["--print", "sysroot"]);
  if (!source || !existsSync(join(source, "lib", "rustlib", "src", "rust", "library"))) return undefined;
  const linker = ["wasm-ld-19", "wasm-ld"].find((name) => ask(name, ["--version"]));
  if (linker === undefined || !existsSync(join(dirname(rustc), "cargo"))) return undefined;
  return {
    name: `Debian's ${ask(rustc, ["--version"])}, standard library built from source`,
    cargo: join(dirname(rustc), "cargo"),
    // A folder of its own, so that going back and forth between the two ways rebuilds nothing.
    folder: join("target", "debian"),
    args: ["-Zbuild-std=std,panic_abort"],
    env: {
      RUSTC: rustc,
      RUSTC_BOOTSTRAP: "1",
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
    },
  };
}

function installedRust(toolchain) {
  return { name: toolchain ?? "rustc", cargo: "cargo", folder: "target", args: [], env: {} };
}

async function addTarget(toolchain) {
  say("rust", `adding the target ${target} to ${toolchain} with rustup`);
  const started = performance.now();
  const { code, output } = await run("rustup", ["target", "add", target, "--toolchain", toolchain], {
    check: false,
    show: "never",
    timeout: 180_000,
  });
  const reason = output.match(/^error: .*/m)?.[0] ?? `exit code ${code}`;
  say("rust", code === 0 ? `done in ${duration(performance.now() - started)}` : `rustup could not: ${reason}`);
  return code === 0;
}

/** How to call cargo for WebAssembly: `{ name, cargo, folder, args, env }`. Installs what is missing, where it may. */
export async function ensureWasmRust() {
  const way = process.env.CHORD_RUST;
  const sysroot = ask("rustc", ["--print", "sysroot"]);
  const toolchain = sysroot && rustupToolchain(sysroot);
  if (way !== "debian" && sysroot !== undefined) {
    if (isOldRust()) throw new Failure(`Chord needs Rust ${minimum.join(".")} or newer: run \`rustup update stable\`.`);
    if (hasTarget(sysroot)) {
      say("rust", `${toolchain ?? "rustc"} has ${target}`);
      return installedRust(toolchain);
    }
    if (toolchain !== undefined && (await addTarget(toolchain))) return installedRust(toolchain);
  }
  if (way !== "rustup") {
    const there = debianRust();
    if (there === undefined && maySetUpSystem()) await installDebianPackages(debianPackages);
    const debian = there ?? debianRust();
    if (debian !== undefined) {
      say("rust", debian.name);
      return debian;
    }
  }
  throw new Failure(
    sysroot === undefined
      ? "Rust is missing: install it with `curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh` and start again."
      : `Rust can't compile to WebAssembly yet: run \`rustup target add ${target}${toolchain ? ` --toolchain ${toolchain}` : ""}\`${
          isDebian() ? ` or, as root, \`${installCommand(debianPackages)}\`` : ""
        }.`,
  );
}

/** The linker that native code and procedural macros need. */
export async function ensureLinker() {
  if (process.platform === "win32" || ask("cc", ["--version"]) !== undefined) return;
  if (maySetUpSystem()) return installDebianPackages(["gcc", "libc6-dev"]);
  throw new Failure("A C linker is missing, which Rust needs: run `apt-get install gcc libc6-dev` or your system's equivalent.");
}

/** The compiler that libFuzzer needs. */
export async function ensureCppCompiler() {
  if (ask("c++", ["--version"]) !== undefined) return;
  if (maySetUpSystem()) return installDebianPackages(["g++"]);
  throw new Failure("A C++ compiler is missing, which libFuzzer needs: run `apt-get install g++` or your system's equivalent.");
}

/** rustfmt and clippy, which a minimal rustup leaves out. */
export async function ensureRustChecks() {
  const missing = [
    ["rustfmt", ["fmt", "--version"]],
    ["clippy", ["clippy", "--version"]],
  ].filter(([, args]) => ask("cargo", args) === undefined);
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  const sysroot = ask("rustc", ["--print", "sysroot"]);
  const toolchain = sysroot && rustupToolchain(sysroot);
  say("rust", `adding ${names.join(" and ")} with rustup`);
  const added =
    toolchain !== undefined &&
    (await run("rustup", ["component", "add", ...names, "--toolchain", toolchain], { check: false, show: "failure" })).code === 0;
  if (!added) throw new Failure(`The Rust checks are missing: run \`rustup component add ${names.join(" ")}\`.`);
}
