/** A browser as one of the runtimes of `../runtimes.js`. */
import { openBrowser } from "./open.js";

export const inBrowser = (name, groups) => ({
  async start() {
    const browser = await openBrowser(name);
    if (browser.missing !== undefined) return browser;
    return {
      version: browser.version,
      groups,
      measure: (group, effort) => browser.evaluate(`measure(${JSON.stringify(group)}, ${JSON.stringify(effort)})`),
      end: () => browser.end(),
    };
  },
});
