/**
 * Starts the service worker, which keeps the page's files, and sees to it that nobody is stuck with an old version: one that waits takes over when
 * the page is loaded, and while the page is open a button offers it.
 */

/** @param {{ isKept: () => void, hasUpdate: (apply: () => void) => void }} conditions */
export async function keepOffline(conditions) {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  let isControlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // The first worker takes over a page that came with its very files; a later one brings other files.
    if (isControlled) location.reload();
    isControlled = true;
  });
  const registration = await navigator.serviceWorker.register("./service-worker.js", { updateViaCache: "none" });
  const takeOver = () => registration.waiting?.postMessage("take-over");
  if (registration.waiting !== null && isControlled) takeOver();
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller !== null) conditions.hasUpdate(takeOver);
    });
  });
  // A page that stays open for days asks for a new version whenever somebody comes back to it.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) registration.update().catch(() => {});
  });
  navigator.serviceWorker.ready.then(() => conditions.isKept());
}
