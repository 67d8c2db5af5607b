/**
 * A phone: a replica of the server's context in a Chord of its own.
 *
 * It stores one context: what it got last (`state`, and `since` to hand back), and the edits the server hasn't confirmed. What it shows is the
 * one with the others on top, so that editing never waits for the network.
 */
import { Chord } from "chord-sync";
import { ignoreConflict } from "./conflict.js";
import { changesOf } from "./edits.js";
import { Offline } from "./link.js";
import { backendFor } from "./storage.js";

const REPLICA = "replica";
const EMPTY = { state: null, since: null, queue: [], sequence: 0 };

export class Device {
  #replica = EMPTY;
  #exchanging;
  #again = false;
  #asked = false;
  #heard = 0;
  #refreshing;

  /** `onView(device)` hears of every change to what it shows, `onArrival(device, arrival)` of every answer. */
  static async open({ id, name, part, online }, surroundings) {
    // Nobody syncs from a phone, so it needs no history.
    const chord = await Chord.open({ backend: backendFor(id), deltaThreshold: 0 });
    await chord.setContext(REPLICA, EMPTY, { ifVersion: 0 }).catch(ignoreConflict);
    const device = new Device({ id, name, part, chord, ...surroundings });
    device.link.setOnline(online);
    await device.#refresh();
    chord.subscribe(REPLICA, () => device.#refresh());
    return device;
  }

  constructor({ id, name, part, chord, server, link, scratch, onView, onArrival }) {
    Object.assign(this, { id, name, part, chord, server, link, scratch, onView, onArrival });
  }

  /** The version it has, or 0. */
  get version() {
    return this.#replica.since?.version ?? 0;
  }

  /** The edits that wait for the server. */
  get queue() {
    return this.#replica.queue;
  }

  /** What the server last told it. */
  get confirmed() {
    return this.#replica.state;
  }

  setOnline(online) {
    this.link.setOnline(online);
    this.onView(this);
    if (online) this.sync();
  }

  /** Shows an edit at once, stores it, and sends it when there is a connection. */
  async edit(edit) {
    await this.chord.transact(REPLICA, (replica) => {
      const sequence = replica.sequence + 1;
      return { ...replica, sequence, queue: [...replica.queue, { sequence, edit }] };
    });
    await this.#evenOut();
  }

  /** Asks the server, whether or not there is a reason to. */
  sync() {
    this.#asked = true;
    return this.#evenOut();
  }

  /** The server says that it has a version. */
  hear(version) {
    this.#heard = version;
    return this.#evenOut();
  }

  /** Sends what waits and takes what was missed. A call while that goes on is one more round, so a burst of commits comes as one delta. */
  #evenOut() {
    if (!this.link.online) return Promise.resolve();
    this.#again = true;
    this.#exchanging ??= this.#exchangeAll();
    return this.#exchanging;
  }

  async #exchangeAll() {
    try {
      while (this.#again) {
        this.#again = false;
        const replica = await this.#read();
        const { since, queue } = replica;
        if (this.#asked || queue.length > 0 || this.#heard > (since?.version ?? 0)) await this.#exchange(replica);
      }
    } catch (error) {
      // What waits goes on waiting for the next connection.
      if (!(error instanceof Offline)) throw error;
    } finally {
      this.#exchanging = undefined;
    }
  }

  async #exchange({ since, queue }) {
    this.#asked = false;
    const request = { device: this.id, edits: queue, since };
    const { answer, bytes, whole } = await this.link.carry(request, (received) => this.server.exchange(received));
    await this.#take(answer, since, queue.at(-1)?.sequence ?? 0);
    this.onArrival(this, { ...answer, fromVersion: since?.version ?? 0, bytes, whole, sent: queue.length });
  }

  async #take(answer, since, sent) {
    const { version, revision } = answer;
    await this.chord.transact(REPLICA, (replica) => {
      const queue = replica.queue.filter(({ sequence }) => sequence > sent);
      // Another tab has moved on meanwhile: its state stays, and the next exchange starts from there.
      if (replica.since?.revision !== since?.revision) return { ...replica, queue };
      return { ...replica, state: this.#stateAfter(answer, replica.state), since: { version, revision }, queue };
    });
  }

  #stateAfter(answer, state) {
    if (answer.type === "full_context") return answer.context;
    return answer.type === "delta" ? this.chord.applyDelta(state, answer.delta) : state;
  }

  async #read() {
    return (await this.chord.getContext(REPLICA)).context;
  }

  /** Makes what is shown from what is stored. Several calls at a time are one. */
  #refresh() {
    this.#refreshing ??= Promise.resolve().then(async () => {
      this.#refreshing = undefined;
      this.#replica = await this.#read();
      this.view = await this.#withQueue(this.#replica);
      this.onView(this);
    });
    return this.#refreshing;
  }

  async #withQueue({ state, queue }) {
    if (state === null || queue.length === 0) return state;
    await this.scratch.setContext(this.id, state);
    for (const { edit } of queue) await this.scratch.updateContext(this.id, changesOf(edit));
    return (await this.scratch.getContext(this.id)).context;
  }
}
