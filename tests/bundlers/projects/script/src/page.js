import { program } from "./program.js";

const worker = new Worker(new URL("./path/worker.js", import.meta.url), { type: "module" });
const outcomeOfWorker = new Promise((resolve) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => resolve(`the worker failed: ${event.message}`);
});

globalThis.outcomes = Promise.all([program("page"), outcomeOfWorker]);
