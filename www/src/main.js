/** The page: opens the Chords, wires what they tell to what is shown, and starts the service worker. */
import { Chord } from "chord-sync";
import { Clock } from "./clock.js";
import { History } from "./history.js";
import { Ledger } from "./ledger.js";
import { keepOffline } from "./offline.js";
import { Page } from "./page.js";
import { CLEANUP_EVERY, Server } from "./server.js";
import { OWNERS, Settings } from "./settings.js";
import { CONTEXT } from "./setlist.js";
import { backendFor, forget } from "./storage.js";
import { showConditions } from "./view/conditions.js";

const notice = document.querySelector("#notice");

function complain(error) {
  notice.textContent = `${error?.code ?? error?.name ?? "Error"}: ${error?.message ?? error}`;
  notice.hidden = false;
}
addEventListener("unhandledrejection", ({ reason }) => complain(reason));
addEventListener("error", ({ error }) => complain(error));

const own = await Chord.open({ backend: backendFor("page"), deltaThreshold: 0 });
const settings = await Settings.open(own);
const clock = new Clock(settings.values.skipped);

let page;
const server = await Server.open(clock, (event) => {
  if (event.name === "chord.cleanup.run.stop") page?.cleaned();
});
page = new Page({ server, clock, settings, history: new History(server, () => page.draw()) });
const ledger = await Ledger.open(own, (state) => page.chart.update(state));
page.ledger = ledger;

for (const player of settings.present()) await page.admit(player);
await page.history.refresh();
server.chord.subscribe(CONTEXT, (event) => page.poke(event));
server.chord.subscribe("*", () => page.records.changed());
if (settings.values.cleanupServer) server.chord.startCleanupServer({ interval: CLEANUP_EVERY });
page.syncAll();

document.querySelector("#start-over").addEventListener("click", async () => {
  page.stop();
  await Promise.all([own, ...page.chords()].map((chord) => chord.close()));
  await forget(OWNERS);
  location.reload();
});

const conditions = showConditions(document.querySelector("#conditions"), server.chord);
await keepOffline(conditions);
document.documentElement.dataset.ready = "";
