/** Builds the live page into `build/www`, with the packed package in `node_modules/chord-sync`. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Writes the service worker, which has to know every file and whether any has changed. */
function serviceWorker() {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const hash = createHash("sha256");
        const files = readdirSync(path("public"));
        for (const file of files) hash.update(file).update(readFileSync(path(`public/${file}`)));
        for (const [name, output] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
          hash.update(name).update(output.type === "chunk" ? output.code : output.source);
          // The page is asked for as a folder.
          files.push(name === "index.html" ? "./" : name);
        }
        const code = readFileSync(path("service-worker.js"), "utf8");
        const build = { version: hash.update(code).digest("hex").slice(0, 12), files };
        this.emitFile({ type: "asset", fileName: "service-worker.js", source: `const BUILD = ${JSON.stringify(build)};\n${code}` });
      },
    },
  };
}

export default defineConfig({
  root: path("."),
  // Served from anywhere, a folder of another site included.
  base: "./",
  plugins: [serviceWorker()],
  build: {
    outDir: path("../build/www"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
  },
});
