// The arguments of `npm run bench`.

import { parseArgs } from "node:util";
import { Failure } from "../scripts/say.js";
import { efforts } from "./groups/index.js";
import { runtimes } from "./runtimes.js";

export function options(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean" },
      save: { type: "boolean" },
      only: { type: "string", multiple: true },
      on: { type: "string", multiple: true },
    },
  });
  const name = values.quick ? "quick" : "full";
  const on = listed(values.on) ?? (values.quick ? ["node"] : ["node", "deno", "bun"]);
  const unknown = on.find((each) => !(each in runtimes));
  if (unknown !== undefined) throw new Failure(`--on takes ${Object.keys(runtimes).join(", ")}, not ${unknown}.`);
  const only = listed(values.only) ?? [];
  if (values.save && (values.quick || only.length > 0))
    throw new Failure("--save takes a whole run: neither --quick nor --only goes with it.");
  return { on, only, effort: { name, ...efforts[name] }, isSaved: values.save === true };
}

const listed = (values) => values?.flatMap((value) => value.split(","));
