/**
 * Browsers, all driven alike.
 *
 * `launch(programs, { profile })` starts one, with the folder `profile` for its data or one that is removed at the end, and gives
 * - `version`: as it tells it;
 * - `open(url)`: a new page, `{ evaluate(expression), errors(), close() }`, where `expression` is JavaScript text whose value (or what it is a
 *   promise of) must be JSON, and `errors()` gives what was printed to the console as errors, and never caught, so far;
 * - `close()`: ends it in an orderly way; `kill()`: ends it as a crash would. Both leave no process behind.
 *
 * Chromium and its pages have `command(method, params)`, too, for what its protocol alone can do.
 *
 * Everything that waits has a deadline.
 */
import * as chromium from "./chromium.js";
import * as firefox from "./firefox.js";
import * as webkit from "./webkit.js";

export const drivers = { chromium, firefox, webkit };

/** A browser by name that can be killed and started anew: `current` is the one that runs. */
export async function replaceable(name, programs) {
  const browsers = {
    current: await drivers[name].launch(programs),

    async replace() {
      await browsers.current.kill();
      browsers.current = await drivers[name].launch(programs);
    },
  };
  return browsers;
}
