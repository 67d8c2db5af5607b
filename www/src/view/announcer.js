/** Tells screen readers of arrivals, at most once in a while: in a burst only the last one counts. */
const PAUSE = 1200;

export class Announcer {
  #node;
  #timer;
  #text;

  constructor(node) {
    this.#node = node;
  }

  say(text) {
    this.#text = text;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#node.textContent = this.#text;
    }, PAUSE);
  }
}
