const registering = navigator.serviceWorker.register(new URL("./service-worker.js", import.meta.url), { type: "module" });

globalThis.visit = async () => {
  const { active, installing, waiting } = await registering;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  (active ?? waiting ?? installing).postMessage("visit", [port2]);
  return answer;
};
