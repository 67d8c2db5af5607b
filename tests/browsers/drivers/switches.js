/** What every Chromium of the tests is started with: nothing that asks the network, draws or lingers. */
export const switches = [
  // Its sandbox can't be had as root, as which containers run.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
