/** The reasons of promises that were rejected while nobody listened, from now on until `stop()`. */
export function unhandledRejections() {
  const reasons = [];
  const note = (event) => reasons.push(event instanceof Error ? event : (event.reason ?? event));
  if (typeof process === "object") process.on("unhandledRejection", note);
  else self.addEventListener("unhandledrejection", note);
  return {
    reasons,
    stop() {
      if (typeof process === "object") process.off("unhandledRejection", note);
      else self.removeEventListener("unhandledrejection", note);
    },
  };
}
