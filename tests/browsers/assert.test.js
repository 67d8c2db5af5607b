/** The browsers' `node:assert/strict` judges as Node's does. */
import nodeAssert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import browserAssert from "./realm/assert.js";

class Point {
  x = 1;
}
class Other {
  x = 1;
}

const cyclic = (n) => {
  const value = { n };
  value.self = value;
  return value;
};

const symbol = Symbol("s");
const makers = [
  ...[undefined, null, true, 0, -0, 1, "1", Number.NaN, 1n, symbol].map((value) => () => value),
  ...[() => ({}), () => [], () => Object.create(null), () => ({ x: 1 }), () => new Point(), () => new Other()],
  ...[() => [undefined], () => new Array(1), () => [1, 2], () => Object.assign([1, 2], { more: 1 }), () => ({ 0: 1, 1: 2, length: 2 })],
  ...[() => ({ a: undefined }), () => ({ b: undefined }), () => ({ a: -0 }), () => ({ a: 0 }), () => ({ [symbol]: 1 })],
  ...[() => cyclic(1), () => cyclic(2), () => new Error("a"), () => new Error("b"), () => new TypeError("a")],
  ...[() => new Date(0), () => new Date(1), () => /a/, () => /a/g, () => Object(1), () => Object("1"), () => Object(2)],
  ...[() => new Uint8Array(2), () => new Uint8Array([0, 1]), () => new Int8Array(2)],
  () => JSON.parse('{ "__proto__": 1 }'),
  () => Object.defineProperty({ x: 1 }, "hidden", { value: 1 }),
  () => Object.defineProperty({}, "x", { value: 1 }),
  () => ({ b: 1, a: [{ x: 1 }, new Point()] }),
  () => ({ a: [{ x: 1 }, new Point()], b: 1 }),
  () => ({ a: [{ x: 1 }, new Other()], b: 1 }),
];

const outcome = (call) => {
  try {
    call();
    return "holds";
  } catch (error) {
    return error.name === "AssertionError" ? "fails" : error;
  }
};

function agree(name, ...values) {
  const [ours, theirs] = [browserAssert, nodeAssert].map((assert) => outcome(() => assert[name](...values)));
  nodeAssert.equal(ours, theirs, `${name} of ${fc.stringify(values)}`);
}

test("equal, notEqual and deepEqual of every two values of many kinds are Node's", () => {
  for (const left of makers) {
    for (const right of makers) for (const name of ["equal", "notEqual", "deepEqual"]) agree(name, left(), right());
  }
});

test("deepEqual of random values and of their copies is Node's", () => {
  const values = fc.object({ maxDepth: 3, withNullPrototype: true, withSparseArray: true });
  fc.assert(
    fc.property(values, values, (left, right) => {
      agree("deepEqual", left, right);
      agree("deepEqual", left, structuredClone(left));
      agree("deepEqual", { ...left, more: 1 }, left);
    }),
  );
});

test("what is thrown is judged as Node does", () => {
  const error = Object.assign(new TypeError("of that type"), { code: "wrong" });
  const expectations = [
    ...[undefined, TypeError, Error, RangeError, /of that/, /another/, () => true, () => false, { code: "wrong" }, { code: "right" }],
    ...[{ code: "wrong", message: /that/ }, { message: /this/ }, { absent: 1 }],
  ];
  const throws = () => {
    throw error;
  };
  for (const expected of expectations) for (const call of [throws, () => {}]) agree("throws", call, expected);
  agree("doesNotThrow", () => {});
  agree("match", "text", /x/);
  agree("match", "text", /y/);
  agree("doesNotMatch", "text", /x/);
  agree("doesNotMatch", "text", /y/);
  agree("ok", 0);
  agree("ok", "a");
  agree("fail");
});

test("what rejects is judged likewise", async () => {
  const verdict = (promise) =>
    promise.then(
      () => "holds",
      (error) => error.name,
    );
  for (const [given, expected] of [
    [Promise.resolve(1), undefined],
    [async () => 1, undefined],
    [async () => Promise.reject(new Error("no")), { message: "no" }],
    [async () => Promise.reject(new Error("no")), { message: "yes" }],
  ]) {
    nodeAssert.equal(await verdict(browserAssert.rejects(given, expected)), await verdict(nodeAssert.rejects(given, expected)));
  }
});
