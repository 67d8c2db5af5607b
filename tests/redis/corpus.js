/** JSON that doesn't survive everywhere: by name, objects to be kept as contexts, and ids. */

/** Deepest nesting that contexts may have by default, the root being 1. */
const deepest = 100;

/** Written with more digits than there is room for. */
const rounded = JSON.parse("[123456789012345678, 9007199254740993, 0.1000000000000000055511151231257827, 1E2, 1.0, -0]");

const numbers = [
  ...rounded,
  ...[0, -0, 1, -1, 0.1, 0.1 + 0.2, 1 / 3, 1e21, 1e-7, 123456789012345680000, 117.63331139400017, 4.35, -1.5e-10],
  ...[Number.MAX_VALUE, Number.MIN_VALUE, Number.EPSILON, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 53, 2 ** 63, 2 ** 64],
  ...[2.2250738585072014e-308, 1.7976931348623155e308, 5e-324, 1e300, 100, 1e2, 1e100, 0.000001, 0.0000001],
];

function nested(levels, wrap) {
  let value = wrap({});
  for (let level = 2; level < levels; level += 1) value = wrap(value);
  return value;
}

/** All code points but surrogates, a plane after the other. */
function planes() {
  return Array.from({ length: 17 }, (_, plane) => {
    const points = Array.from({ length: 0x10000 }, (_, low) => plane * 0x10000 + low);
    return points.filter((point) => point < 0xd800 || point > 0xdfff).map((point) => String.fromCodePoint(point));
  });
}

const awkward = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  " ",
  "0",
  "01",
  "-1",
  "a.b",
  "a/b",
  "~0",
  "{1}",
];

const [first, ...supplementary] = planes();

/** By the text, so that `__proto__` becomes a key and nothing else. */
const withKeys = (keys, value) => JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`);

export function corpus() {
  return {
    "all spellings of numbers": { numbers, each: Object.fromEntries(numbers.map((number) => [String(number), number])) },
    "empty things": { array: [], object: {}, string: "", null: null, arrays: [[], [[]], [{}], {}], objects: { a: {}, b: { c: [] } } },
    "deeply nested objects": { a: nested(deepest - 1, (value) => ({ a: value })) },
    "deeply nested arrays": { a: nested(deepest - 1, (value) => [value]) },
    "words that mean something to scripts": {
      a: "nil",
      b: "false",
      c: "\\0",
      d: "\0",
      e: "$1 %s {1}",
      f: "-",
      g: "+",
      h: "*",
      i: "\r\n$3\r\n",
    },
    "keys that mean something to JavaScript": withKeys(awkward, withKeys(awkward, withKeys(awkward, [1]))),
    "keys of a delta": { action: { action: "added", value: 1 }, value: [{ action: "removed" }], edits: [], oldValue: null, index: 0 },
    "integers that sort before other keys": { b: 1, 10: 2, a: 3, 2: 4, "-1": 5, "1e3": 6 },
    "each code point of the first plane as a key": withKeys(first, 1),
    "all code points of the first plane": { text: first.join(""), list: first.slice(0, 1000) },
  };
}

/** By name, contexts with all code points that UTF-16 has two units for. */
export const pairs = () => Object.fromEntries(supplementary.map((plane, index) => [`plane ${index + 1}`, { text: plane.join("") }]));

export const ids = [
  ...awkward.filter((id) => id !== ""),
  ...[
    "a",
    "{",
    "}",
    "{}",
    "{a}b",
    "a\0b",
    "a\r\nb",
    "**",
    "*a",
    "ch:{1}:c:a",
    "é",
    "e\u0301",
    "\uffff",
    "😀",
    "\u{10ffff}",
    "x".repeat(512),
  ],
  "😀".repeat(128),
];
