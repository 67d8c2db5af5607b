/** Redis's wire protocol, as much of it as driving servers and looking into connections takes. */

/** A command as it is sent. */
export function encode(command) {
  const parts = [Buffer.from(`*${command.length}\r\n`)];
  for (const argument of command) {
    const bytes = Buffer.isBuffer(argument) ? argument : Buffer.from(String(argument));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n"));
  }
  return Buffer.concat(parts);
}

/** What a server answers to a command it refuses. */
export class RedisError extends Error {}

const aggregates = { "*": 1, "~": 1, ">": 1, "%": 2, "|": 2 };
const bulks = "$=!";

function scalar(type, text) {
  if (type === "-") return new RedisError(text);
  if (type === ":" || type === ",") return Number(text);
  if (type === "#") return text === "t";
  return type === "_" ? null : text;
}

/**
 * The value that starts at `at`, and where the next one does: `{ value, end, type }`; `undefined` where it isn't all there yet. Commands are
 * values, too: arrays of strings.
 */
export function parse(bytes, at = 0) {
  const line = bytes.indexOf("\r\n", at);
  if (line < 0) return undefined;
  const type = String.fromCharCode(bytes[at]);
  const text = bytes.toString("utf8", at + 1, line);
  let end = line + 2;
  if (bulks.includes(type)) {
    const length = Number(text);
    if (length < 0) return { value: null, end, type };
    if (bytes.length < end + length + 2) return undefined;
    const value = bytes.toString("utf8", end, end + length);
    return { value: type === "!" ? new RedisError(value) : value, end: end + length + 2, type };
  }
  if (!(type in aggregates)) return { value: scalar(type, text), end, type };
  if (Number(text) < 0) return { value: null, end, type };
  const value = [];
  for (let left = Number(text) * aggregates[type]; left > 0; left -= 1) {
    const item = parse(bytes, end);
    if (item === undefined) return undefined;
    value.push(item.value);
    end = item.end;
  }
  // Attributes stand before the value they are about, and nobody asked for any.
  return type === "|" ? parse(bytes, end) : { value, end, type };
}

/** Cuts a stream of bytes into values: the function it gives takes chunks, and gives what is complete with the bytes it took. */
export function cutter() {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const values = [];
    let start = 0;
    for (let next = parse(rest, start); next !== undefined; next = start < rest.length ? parse(rest, start) : undefined) {
      values.push({ ...next, bytes: rest.subarray(start, next.end) });
      start = next.end;
    }
    rest = rest.subarray(start);
    return values;
  };
}
