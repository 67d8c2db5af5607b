/** Numbers, sizes and times as a person reads them. */

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes >= 999_500) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes < 99_950 ? `${(bytes / 1000).toFixed(1)} KB` : `${Math.round(bytes / 1000)} KB`;
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
export const time = (date) => clock.format(date);

/** What the three answers are called. */
export const ANSWERS = { full_context: "full", delta: "delta", no_change: "no change" };

export const versions = ({ type, fromVersion, version }) => {
  if (type === "delta") return `v${fromVersion} → v${version}`;
  return type === "full_context" && fromVersion > 0 ? `v${fromVersion} ⇥ v${version}` : `v${version}`;
};
