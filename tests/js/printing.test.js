/** What is handed in is printed as `JSON.stringify` prints it, to the last digit and escape, however long and however often a part stands in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import fc from "fast-check";
import { json, utf16 } from "./arbitraries.js";
import { times } from "./effort.js";
import { refusal } from "./refusal.js";

/** The text of the context that `syncContextText` gives, which is the one that was printed. */
async function textOf(chord, id) {
  const text = await chord.syncContextText(id);
  const start = text.indexOf('"context":') + '"context":'.length;
  return text.slice(start, text.lastIndexOf(',"version":'));
}

/** Stores a new context, which is read back by value, by text and by what an export is handed. */
const withPrinting = (body) => async () => {
  const exported = [];
  const limits = { contextBytes: 64 * 1024 * 1024 };
  const chord = await Chord.open({ limits, exportCallback: ({ context }) => void exported.push(context) });
  let id = 0;
  const arrives = async (value) => {
    id += 1;
    const due = JSON.stringify(value);
    await chord.setContext(`${id}`, value);
    const text = await textOf(chord, `${id}`);
    // Not by assert.equal, which would take minutes to tell two texts of a megabyte apart.
    assert.ok(text === due, differing(text, due));
    const { context } = await chord.getContext(`${id}`);
    assert.deepEqual(context, JSON.parse(due));
    await chord.exportContext(`${id}`);
    assert.ok(JSON.stringify(exported.pop()) === due);
    await chord.deleteContext(`${id}`);
  };
  await body(arrives, chord);
  await chord.close();
};

function differing(text, due) {
  let at = 0;
  while (at < due.length && text[at] === due[at]) at += 1;
  const around = (whole) => JSON.stringify(whole.slice(Math.max(0, at - 30), at + 30));
  return `at ${at} of ${due.length}: ${around(text)} in place of ${around(due)}`;
}

const powers = (base, count) => Array.from({ length: count }, (_, n) => base ** n);
const edges = [
  ...powers(2, 70),
  ...powers(10, 25),
  ...[1e15, 1e21, 2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53, 1e9, 1e10, 4_294_967_295, 999_999_999_999_999],
  ...[0.1, 0.5, 1.5, 1 / 3, 1e-6, 1e-7, 1.5e-9, 5e-324, Number.MIN_VALUE, Number.MAX_VALUE, Number.EPSILON, 123.456e30],
];

test(
  "zero without its sign, and integers, fractions and exponents about each edge",
  withPrinting(async (arrives) => {
    const numbers = edges.flatMap((edge) => [edge, edge - 1, edge + 1, edge - 0.5, edge + 0.5, edge * (1 + Number.EPSILON)]);
    const all = [0, -0, ...numbers, ...numbers.map((number) => -number)].filter(Number.isFinite);
    await arrives({ all });
    await arrives(Object.fromEntries(all.map((number, index) => [`n${index}`, number])));
    for (const number of [0, -0, 1, -1, 2 ** 31, -(2 ** 31), 1e15, 1e21]) await arrives({ number });
  }),
);

test(
  "numbers of any bits",
  withPrinting(async (arrives) => {
    const view = new DataView(new ArrayBuffer(8));
    const ofBits = (bits) => {
      view.setBigUint64(0, bits);
      return view.getFloat64(0);
    };
    const whole = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }).map(Number),
    );
    const any = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(ofBits);
    const numbers = fc.oneof(whole, any.filter(Number.isFinite));
    await fc.assert(
      fc.asyncProperty(fc.array(numbers, { minLength: 50, maxLength: 500 }), (list) => arrives({ list })),
      { numRuns: times(40) },
    );
  }),
);

const isLone = (unit) => unit >= 0xd800 && unit <= 0xdfff;

test(
  "each of the 65,536 code units, as a value and as a key, in short strings and long ones",
  withPrinting(async (arrives, chord) => {
    const units = Array.from({ length: 0x10000 }, (_, unit) => unit).filter((unit) => !isLone(unit));
    const each = units.map((unit) => String.fromCharCode(unit));
    await arrives({ each });
    await arrives(Object.fromEntries(each.map((character) => [`k${character}`, 1])));
    await arrives({ all: each.join("") });
    await arrives({ padded: each.filter((_, index) => index % 16 === 0).map((character) => "x".repeat(254) + character + character) });
    const points = [0x10000, 0x10ffff, 0x1f3b5, 0x20000, 0xfffff].map((point) => String.fromCodePoint(point));
    await arrives({ points, long: points.join("").repeat(100) });
    for (const unit of [0xd800, 0xdbff, 0xdc00, 0xdfff]) {
      for (const fill of ["", "x".repeat(300)]) {
        const lone = fill + String.fromCharCode(unit);
        await refusal(() => chord.setContext("lone", { lone }), "invalid_value");
        await refusal(() => chord.setContext("lone", { [lone]: 1 }), "invalid_value");
      }
    }
  }),
);

test(
  "strings of any code units arrive, or are refused where half a character stands in them",
  withPrinting(async (arrives, chord) => {
    await fc.assert(
      fc.asyncProperty(utf16, fc.nat(300), async (string, padding) => {
        const text = "p".repeat(padding) + string;
        if (text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)) return arrives({ text, [text]: [text] });
        await refusal(() => chord.setContext("lone", { text }), "invalid_value");
      }),
      { numRuns: times(300) },
    );
  }),
);

test(
  "strings as long as those that are printed otherwise, and a little shorter and longer",
  withPrinting(async (arrives) => {
    for (const unit of ["x", "é", "€", "🎵", '"', "\\", "\n", "\u0000", "\u007f", "\u2028"]) {
      for (const length of [255, 256, 257]) {
        const text = unit.repeat(length).slice(0, unit.length === 1 ? length : length - (length % 2));
        await arrives({ text, list: [text, "x".repeat(length - 1) + unit, unit + "x".repeat(length)], [text]: text });
      }
    }
  }),
);

test(
  "texts about as long as the room there is first, as that from which on parts are remembered, and as what is kept",
  withPrinting(async (arrives) => {
    for (const bytes of [4_096, 64 * 1024, 1024 * 1024]) {
      for (let more = -45; more <= 5; more += bytes > 10_000 ? 7 : 1) {
        const base = { pad: "p".repeat(bytes + more - 60), list: [1, true, null], o: {} };
        await arrives(base);
        await arrives({ list: [base.pad, 123_456, [false, {}], -1.5e-7], last: { o: [] } });
      }
    }
  }),
);

test(
  "several megabytes, in one string, in many, and in many small parts",
  withPrinting(async (arrives) => {
    await arrives({ one: "é€🎵\u0001".repeat(200_000), after: [1] });
    await arrives({ many: Array.from({ length: 20_000 }, (_, n) => `string ${n} `.repeat(8)) });
    await arrives({ rows: Array.from({ length: 30_000 }, (_, n) => ({ n, half: n / 2, name: `row ${n}`, tags: [n % 2 === 0, null] })) });
    await arrives({ ok: true });
  }),
);

test(
  "parts that are shared many times stand in the text as often as in the value",
  withPrinting(async (arrives) => {
    const row = { id: 7, text: "r".repeat(1_000), list: [1, [2, { three: null }]], empty: {} };
    const short = { text: "s" };
    const list = Array.from({ length: 300 }, (_, n) => `item ${n} é`);
    await arrives({ rows: Array.from({ length: 200 }, () => row) });
    await arrives({ rows: Array.from({ length: 300 }, (_, n) => (n % 3 ? row : { row, list, n })), short, again: [short, list, row] });
    let doubled = { row };
    for (let level = 0; level < 10; level += 1) doubled = { left: doubled, level, right: [doubled] };
    await arrives(doubled);
    await arrives({ pad: "p".repeat(70_000), doubled, again: [doubled, doubled.left, doubled.right[0].left] });
  }),
);

test(
  "any value, alone or shared many times beyond 64 KB",
  withPrinting(async (arrives) => {
    const { value, context } = json();
    await fc.assert(fc.asyncProperty(context, arrives), { numRuns: times(300) });
    await fc.assert(
      fc.asyncProperty(context, fc.array(value, { minLength: 1, maxLength: 4 }), fc.nat(1_200), async (whole, parts, padding) => {
        // Some parts are long enough to be remembered, others aren't.
        const shared = parts.map((part, index) => ({ part, pad: "é".repeat(padding * (index % 2)) }));
        const both = [...shared, shared];
        await arrives({ whole, pad: "p".repeat(65_500), both, again: [both, shared.at(-1), { both }], parts });
      }),
      { numRuns: times(30) },
    );
  }),
);

test(
  "a part is printed anew in each write, whatever it was in the last",
  withPrinting(async (arrives) => {
    const part = { n: 0, text: "t".repeat(2_000) };
    for (part.n = 0; part.n < 5; part.n += 1) await arrives({ pad: "p".repeat(70_000), parts: [part, part, { part }] });
  }),
);
