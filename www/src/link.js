/** A simulated connection between a phone and the server: some latency, and a plug to pull. */

export class Offline extends Error {}

export class Link {
  online = true;
  #latency;
  #plug = new EventTarget();

  /** @param {() => number} latency milliseconds for a round trip */
  constructor(latency) {
    this.#latency = latency;
  }

  setOnline(online) {
    this.online = online;
    if (!online) this.#plug.dispatchEvent(new Event("pulled"));
  }

  /**
   * What `serve` gives for `request`, both having travelled as JSON text.
   *
   * Rejects with `Offline` when the plug is out or pulled on the way. As with a real network the request may have been served all the same.
   */
  async carry(request, serve) {
    const sent = JSON.stringify(request);
    await this.#travel();
    const received = JSON.stringify(await serve(JSON.parse(sent)));
    await this.#travel();
    return JSON.parse(received);
  }

  #travel() {
    if (!this.online) return Promise.reject(new Offline());
    return new Promise((resolve, reject) => {
      const pulled = () => {
        clearTimeout(timer);
        reject(new Offline());
      };
      const timer = setTimeout(() => {
        this.#plug.removeEventListener("pulled", pulled);
        resolve();
      }, this.#latency() / 2);
      this.#plug.addEventListener("pulled", pulled, { once: true });
    });
  }
}
