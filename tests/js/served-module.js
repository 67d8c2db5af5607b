import { createServer } from "node:http";

/** Serves a module's bytes as that MIME type: `{ url, requests(), close() }`. */
export async function serveModule(bytes, type) {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.writeHead(200, { "content-type": type }).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: new URL(`http://127.0.0.1:${server.address().port}/chord.wasm`),
    requests: async () => requests,
    close() {
      server.closeAllConnections?.();
      server.close();
    },
  };
}
