/**
 * The entry of the bundle, in every realm. A page is told what to run by its address, the workers by a message.
 *
 * A service worker is stopped when no event keeps it; the page that started it sends one every few seconds while the suite runs.
 */
import { run } from "./runner.js";

if (typeof document === "object") {
  void run(globalThis.settings);
} else {
  let running;
  self.addEventListener("message", (event) => {
    if (event.data?.settings !== undefined) running = run(event.data.settings);
    event.waitUntil?.(Promise.race([running, new Promise((resolve) => setTimeout(resolve, 20_000))]));
  });
  // A service worker that waits for its predecessor's pages to go would wait for the page that started it.
  self.addEventListener("install", () => self.skipWaiting());
}
