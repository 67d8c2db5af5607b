/** WebKitGTK's MiniBrowser, by W3C WebDriver, on an X server of its own. */
import { createServer } from "node:net";
import { start, temporaryFolder } from "./program.js";

/** What keeps it from graphics hardware that test machines don't have. */
const software = { WEBKIT_DISABLE_COMPOSITING_MODE: "1", WEBKIT_DISABLE_DMABUF_RENDERER: "1", LIBGL_ALWAYS_SOFTWARE: "1" };

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One command of WebDriver; the value of its answer. */
async function command(url, method, body, ms = 60_000) {
  const text = method === "POST" ? JSON.stringify(body ?? {}) : undefined;
  const response = await fetch(url, { method, body: text, signal: AbortSignal.timeout(ms) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`);
  return value;
}

async function ready(url) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await command(`${url}/status`, "GET", undefined, 5_000);
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export async function launch({ program, driver, display }, { profile } = {}) {
  const { folder, remove } = profile === undefined ? temporaryFolder() : { folder: profile, remove() {} };
  const processes = [];
  const kill = async () => {
    for (const process of processes.toReversed()) await process.end();
    remove();
  };
  try {
    const screen = start(display, ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
    processes.push(screen);
    const [, number] = await screen.printed(/^(\d+)$/m);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    // The driver starts the browser, in its own process group.
    const web = start(driver, ["--host=127.0.0.1", `--port=${port}`], {
      ...software,
      DISPLAY: `:${number}`,
      XDG_DATA_HOME: folder,
      XDG_CACHE_HOME: folder,
    });
    processes.push(web);
    await ready(url);
    const options = { binary: program, args: ["--automation"] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    const created = await command(`${url}/session`, "POST", { capabilities });
    const session = `${url}/session/${created.sessionId}`;
    await command(`${session}/timeouts`, "POST", { script: 60_000, pageLoad: 30_000 });
    const first = await command(`${session}/window`, "GET");
    const inTurn = turns();
    return {
      version: `WebKitGTK ${created.capabilities.browserVersion}`,
      pid: web.pid,
      open: (address) => open(session, inTurn, first, address),
      kill,

      async close() {
        await command(session, "DELETE", undefined, 10_000).catch(() => {});
        await kill();
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** WebDriver tells nothing of the console, so the page notes down its errors, from when it has loaded on. */
const noting = `
  const noted = (window.notedErrors = []);
  const print = console.error;
  console.error = (...values) => {
    noted.push(values.join(" "));
    print.call(console, ...values);
  };
  addEventListener("error", (event) => noted.push(String(event.error ?? event.message)));
  addEventListener("unhandledrejection", (event) => noted.push(String(event.reason)));`;

/** Commands go to the window that was selected last, so what selects one is done before another begins. */
function turns() {
  let last = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

async function open(session, inTurn, first, url) {
  const handle = await inTurn(() => openWindow(session, first, url));
  const select = () => command(`${session}/window`, "POST", { handle });
  return {
    errors: () =>
      inTurn(async () => {
        await select();
        return command(`${session}/execute/sync`, "POST", { script: "return window.notedErrors ?? []", args: [] }, 10_000);
      }),

    evaluate: (expression) =>
      inTurn(async () => {
        await select();
        const script = `const [done] = [...arguments].slice(-1);
          Promise.resolve((0, eval)(${JSON.stringify(expression)})).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
        const { value, error } = await command(`${session}/execute/async`, "POST", { script, args: [] });
        if (error !== undefined) throw new Error(error);
        return value;
      }),

    close: () =>
      inTurn(async () => {
        await select();
        await command(`${session}/window`, "DELETE", undefined, 10_000);
      }),
  };
}

async function openWindow(session, first, url) {
  // A new window is asked for from one that is there, and the last one may have been closed.
  await command(`${session}/window`, "POST", { handle: first });
  const { handle } = await command(`${session}/window/new`, "POST", { type: "window" });
  await command(`${session}/window`, "POST", { handle });
  await command(`${session}/url`, "POST", { url });
  await command(`${session}/execute/sync`, "POST", { script: noting, args: [] });
  return handle;
}
