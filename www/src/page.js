/** The parts of the page and what each has to tell the others. */
import { Chord } from "chord-sync";
import { jam } from "./activity.js";
import { Device } from "./device.js";
import { Link } from "./link.js";
import { CLEANUP_EVERY } from "./server.js";
import { CONTEXT } from "./setlist.js";
import { Announcer } from "./view/announcer.js";
import { Chart } from "./view/chart.js";
import { CleanupView } from "./view/cleanup.js";
import { Controls } from "./view/controls.js";
import { Diff } from "./view/diff.js";
import { Phone } from "./view/phone.js";
import { Records } from "./view/records.js";
import { Staff } from "./view/staff.js";
import { ANSWERS, count, size } from "./view/words.js";
import { bytesOf } from "./bytes.js";

const JAM = 8_000;
const find = (selector) => document.querySelector(selector);

export class Page {
  #devices = new Map();
  #phones = new Map();
  #scratch = Chord.open();
  #selected;
  #jamming;
  #scheduled = false;
  #stopped = false;
  #cleanedBy = "server";
  #announcer = new Announcer(find("#announcer"));

  constructor({ server, clock, settings, history }) {
    Object.assign(this, { server, clock, settings, history });
    this.chart = new Chart(find("#ledger"));
    this.staff = new Staff(find("#staff"), (version) => this.#select(version));
    this.diff = new Diff(find("#diff"), server.chord, () => this.#select(undefined));
    this.records = new Records(find("#records"));
    this.controls = new Controls(find("#controls"), {
      latency: settings.values.latency,
      onJam: () => this.#jam(),
      onJoin: () => this.#join(),
      onLatency: (latency) => settings.change({ latency }),
    });
    this.cleanup = new CleanupView(find("#cleanup"), {
      skip: (minutes) => this.#skip(minutes),
      clean: () => this.#clean(),
      serve: (on) => this.#serve(on),
    });
  }

  chords() {
    return [this.server.chord, ...[...this.#devices.values()].map(({ chord }) => chord)];
  }

  stop() {
    this.#stopped = true;
    this.#jamming?.abort();
    for (const { link } of this.#devices.values()) link.setOnline(false);
  }

  /** Adds a phone. */
  async admit(player) {
    const device = await Device.open(player, {
      server: this.server,
      link: new Link(() => this.settings.values.latency),
      scratch: await this.#scratch,
      onView: () => this.draw(),
      onArrival: (...arrival) => this.#arrived(...arrival),
    });
    const phone = new Phone(device);
    phone.onOnline = (online) => {
      this.settings.change({ online: { [device.id]: online } });
      device.setOnline(online);
    };
    this.#devices.set(device.id, device);
    this.#phones.set(device.id, phone);
    find("#rack").append(phone.node);
    device.chord.subscribe("*", () => this.records.changed());
    this.records.offer([{ id: "server", name: "The server" }, ...this.#devices.values(), { id: "page", name: "This page" }]);
    this.controls.next(this.settings.next());
    this.draw();
    return device;
  }

  syncAll() {
    for (const device of this.#devices.values()) device.sync();
  }

  /** The server committed a version: phones that are online hear of it. */
  poke({ version }) {
    for (const device of this.#devices.values()) device.hear(version);
  }

  /** A cleanup run ended. */
  cleaned() {
    const by = this.#cleanedBy;
    this.#cleanedBy = "server";
    this.history.cleaned(by);
  }

  /** Draws once per frame, however often it is called. */
  draw() {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    // Frames don't come to hidden tabs, and what is drawn late is drawn whole.
    requestAnimationFrame(() => {
      this.#scheduled = false;
      if (!this.#stopped) this.#drawNow();
    });
  }

  async #drawNow() {
    const { history, server } = this;
    const devices = [...this.#devices.values()];
    for (const phone of this.#phones.values()) phone.update(history);
    this.staff.update(
      history,
      devices,
      (record) => this.#authorOf(record),
      (record) => server.isExpired(record),
    );
    const record = history.records.find(({ version }) => version === this.#selected) ?? history.records.at(-1);
    this.staff.select(record?.version);
    this.diff.update(record, record && this.#authorOf(record), record?.version === history.newest || record === undefined);
    this.cleanup.update({ runs: history.runs, isServing: this.settings.values.cleanupServer });
    const { contextId, context, version } = await server.chord.getContext(CONTEXT);
    find("#score-facts").textContent = [
      contextId,
      `version ${version}`,
      size(bytesOf(context)),
      `${count(history.records.length, "delta")} kept`,
    ].join(" · ");
  }

  /** Which phone made a change: the one whose count of edits went up with it. */
  #authorOf({ delta }) {
    const ids = delta.edits?.action === undefined ? Object.keys(delta.edits ?? {}) : [];
    return ids.map((id) => this.#devices.get(id)?.name ?? id).join(", ") || undefined;
  }

  #select(version) {
    this.#selected = version === this.history.newest ? undefined : version;
    this.draw();
  }

  #arrived(device, arrival) {
    this.#phones.get(device.id).arrived(arrival);
    this.staff.slur(device, arrival);
    this.ledger.enter(arrival);
    this.#announcer.say(`${device.name}: ${ANSWERS[arrival.type]}, version ${arrival.version}, ${size(arrival.bytes)}`);
    this.draw();
  }

  async #jam() {
    if (this.#jamming !== undefined) {
      this.#jamming.abort();
      return;
    }
    this.#jamming = new AbortController();
    this.controls.jamming(true);
    await jam(() => [...this.#devices.values()], JAM, this.#jamming.signal);
    this.#jamming = undefined;
    this.controls.jamming(false);
  }

  async #join() {
    const { id } = this.settings.next();
    await this.settings.change({ present: [...this.settings.values.present, id], online: { [id]: true } });
    const device = await this.admit(this.settings.present().at(-1));
    device.sync();
    find(`#${id}`).querySelector("button").focus();
  }

  async #skip(minutes) {
    this.clock.skip(minutes * 60_000);
    await this.settings.change({ skipped: this.clock.skipped });
    this.draw();
  }

  #clean() {
    this.#cleanedBy = "hand";
    return this.server.chord.cleanup();
  }

  async #serve(on) {
    await this.settings.change({ cleanupServer: on });
    if (on) this.server.chord.startCleanupServer({ interval: CLEANUP_EVERY });
    else this.server.chord.stopCleanupServer();
    this.draw();
  }
}
