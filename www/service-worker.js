/**
 * Keeps the page's files so that it starts without a network. `BUILD` is put in by the build: `{ version, files }`.
 *
 * Everything is answered from the cache of one version: files of two builds never meet. A new version is fetched whole beside the old one, waits,
 * and takes over when a page says so.
 */
const PREFIX = "chord-live-";
const CACHE = `${PREFIX}${BUILD.version}`;

addEventListener("install", (event) => {
  // Past the browser's own cache, which may hold an older index.html.
  const requests = BUILD.files.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
      await clients.claim();
    })(),
  );
});

addEventListener("message", ({ data }) => {
  if (data === "take-over") skipWaiting();
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const wanted = request.mode === "navigate" ? "./" : request;
  return (await cache.match(wanted, { ignoreSearch: true })) ?? fetch(request);
}
