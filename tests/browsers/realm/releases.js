/** `tests/js/releases.js` inside a browser: the same releases, from the server. */
import { sharing } from "../../js/shared-entries.js";

let series;

export function releaseSeries() {
  series ??= fetch("/releases.json").then(async (response) => {
    const all = await response.json();
    return all.map(({ name, releases }) => ({ name, releases: sharing(releases) }));
  });
  return series;
}
