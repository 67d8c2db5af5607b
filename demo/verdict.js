import { mark, red, say } from "./terminal.js";

/** What the demo found true and false. Anything false is printed at once and makes the exit code 1. */
export class Verdict {
  checks = 0;
  failures = 0;

  expect(holds, claim) {
    this.checks += 1;
    if (holds) return true;
    this.failures += 1;
    say(`${mark(false)} ${red(`not so: ${claim}`)}`);
    return false;
  }
}
