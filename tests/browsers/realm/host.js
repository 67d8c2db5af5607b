/** The page that starts the suite in a realm: in itself, in a dedicated worker, or in a service worker. */

const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const bundle = "/app/assets/suite.js";

/** Starts a program of the suite in a worker. What it tells goes to `port`, and a message from there ends it. */
function startProgram(program, port) {
  const worker = new Worker(program, { type: "module" });
  worker.addEventListener("message", ({ data }) => port.postMessage(data));
  worker.addEventListener("error", (event) => port.postMessage({ printed: event.message ?? "the program could not be loaded", code: 1 }));
  port.onmessage = () => worker.terminate();
}

const hosts = {
  async page() {
    globalThis.settings = settings;
    globalThis.startProgram = startProgram;
    await import(bundle);
  },

  async worker() {
    const worker = new Worker(bundle, { type: "module" });
    worker.addEventListener("error", (event) => broken(`the worker failed: ${event.message ?? "it could not be loaded"}`));
    worker.addEventListener("message", ({ data, ports: [port] }) => startProgram(data.program, port));
    worker.postMessage({ settings });
  },

  async "service-worker"() {
    // Each run's worker is another one, whatever an earlier run left registered.
    const registration = await navigator.serviceWorker.register(`${bundle}?run=${settings.run}`, {
      type: "module",
      scope: `/app/assets/${settings.run}/`,
    });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    while (worker.state !== "activated") {
      if (worker.state === "redundant") throw new Error("the service worker could not be installed");
      await new Promise((resolve) => worker.addEventListener("statechange", resolve, { once: true }));
    }
    worker.postMessage({ settings });
    setInterval(() => worker.postMessage({ stay: true }), 3_000);
  },
};

function broken(failure) {
  return fetch(`/report?run=${settings.run}`, { method: "POST", body: JSON.stringify([{ type: "broken", failure }]) });
}

hosts[settings.realm]().catch((error) => broken(`${settings.realm} could not be started: ${error?.stack ?? error}`));
