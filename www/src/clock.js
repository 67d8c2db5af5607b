/** The server's time: real time, plus what has been skipped to see history expire. */
export class Clock {
  #skipped;

  constructor(skipped = 0) {
    this.#skipped = skipped;
  }

  get skipped() {
    return this.#skipped;
  }

  skip(milliseconds) {
    this.#skipped += milliseconds;
  }

  now = () => Date.now() + this.#skipped;
}
