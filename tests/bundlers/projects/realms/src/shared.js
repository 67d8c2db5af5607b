const { port } = new SharedWorker(new URL("./shared-worker.js", import.meta.url), { type: "module" });

globalThis.outcomes = new Promise((resolve) => {
  port.onmessage = ({ data }) => resolve(data);
});
port.postMessage("shared worker");
