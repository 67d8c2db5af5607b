import assert from "node:assert/strict";
import { before, test } from "node:test";
import { runProgram } from "./runtime.js";

let outcomes;

before(async () => {
  const { code, printed } = await runProgram("trap.js", [], 30_000);
  assert.equal(code, 0, printed);
  outcomes = JSON.parse(printed.split("\n").find((line) => line.startsWith("{")));
});

test("a trap is internal, with its cause and the context it was about", () => {
  const { name, code, contextId, cause } = outcomes.trapped;
  assert.equal(name, "ChordError");
  assert.equal(code, "internal");
  assert.equal(contextId, "c");
  assert.ok(cause, "the trap itself is the cause");
});

test("what the trap left goes on as internal, never as something that hides it", () => {
  for (const call of ["set", "get", "algebra"]) {
    assert.equal(outcomes[call].code, "internal", JSON.stringify(outcomes[call]));
    assert.doesNotMatch(outcomes[call].message, /recursive use|borrow|unreachable/);
  }
});

test("what was read before stays, the trapped write is not told, and closing ends", () => {
  assert.deepEqual(outcomes.readBefore.value, { n: 1 });
  assert.deepEqual(outcomes.heard, [1]);
  assert.ok([undefined, "internal"].includes(outcomes.close.code), JSON.stringify(outcomes.close));
  assert.equal(outcomes.closed.code, "closed");
});

test("an instance opened afterwards is whole", () => {
  assert.deepEqual(outcomes.fresh.states, [{ n: 0 }, { n: 1 }, { n: 2 }]);
  assert.equal(outcomes.fresh.synced, "delta");
});

test("another instance of the same process has its state or says internal, before and after a fresh one is opened", () => {
  for (const outcome of [outcomes.bystander, outcomes.fresh.bystander]) {
    if (outcome.value === undefined) assert.equal(outcome.code, "internal");
    else assert.deepEqual(outcome.value, { here: true });
  }
});
