/** `tests/js/runtime.js` inside a browser, where the nearest thing to a process of its own is a dedicated worker. */
export function runProgram(name, args = [], ms = 60_000) {
  const started = performance.now();
  return new Promise((resolve) => {
    const worker = new Worker(`/app/programs/${name}?${encodeURIComponent(JSON.stringify(args))}`, { type: "module" });
    let printed = "";
    const end = (code) => {
      clearTimeout(timer);
      worker.terminate();
      resolve({ code, printed, took: performance.now() - started });
    };
    const timer = setTimeout(() => end(null), ms);
    worker.addEventListener("message", ({ data }) => {
      if (data.printed !== undefined) printed += `${data.printed}\n`;
      if (data.code !== undefined) end(data.code);
    });
    worker.addEventListener("error", (event) => {
      printed += `${event.message ?? "the program could not be loaded"}\n`;
      end(1);
    });
  });
}
