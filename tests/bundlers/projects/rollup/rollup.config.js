import { nodeResolve } from "@rollup/plugin-node-resolve";
import { importMetaAssets } from "@web/rollup-plugin-import-meta-assets";

export default [
  {
    input: ["src/main.js", "src/worker.js"],
    output: { dir: "dist" },
    // The worker is an input of its own, not an asset of the page.
    plugins: [nodeResolve({ browser: true }), importMetaAssets({ exclude: "src/main.js" })],
  },
  {
    input: "src/inline.js",
    output: { file: "inline/main.js", format: "iife" },
    plugins: [nodeResolve({ browser: true })],
  },
];
