/** `tests/js/runtime.js` inside a browser, where the nearest thing to a process of its own is a dedicated worker. */

/**
 * Has the page that hosts the realm start a program. A worker doesn't start it itself: Firefox 153 sometimes stops for good in a worker that
 * starts and ends workers one after the other, be they empty.
 */
function start(program, port) {
  if (typeof document === "object") globalThis.startProgram(program, port);
  else self.postMessage({ program }, [port]);
}

export function runProgram(name, args = [], ms = 60_000) {
  const started = performance.now();
  return new Promise((resolve) => {
    const { port1: port, port2 } = new MessageChannel();
    let printed = "";
    const end = (code) => {
      clearTimeout(timer);
      port.postMessage("end");
      port.close();
      resolve({ code, printed, took: performance.now() - started });
    };
    const timer = setTimeout(() => end(null), ms);
    port.onmessage = ({ data }) => {
      if (data.printed !== undefined) printed += `${data.printed}\n`;
      if (data.code !== undefined) end(data.code);
    };
    start(`/app/programs/${name}?${encodeURIComponent(JSON.stringify(args))}`, port2);
  });
}
