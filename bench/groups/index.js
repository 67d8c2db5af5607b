// What can be measured alone, by name. Each has a page or process of its own, so that none finds another's garbage or compiled code.

export const groups = {
  set: () => import("./set.js"),
  update: () => import("./update.js"),
  small: () => import("./small.js"),
  room: () => import("./room.js"),
  crowd: () => import("./crowd.js"),
  scenarios: () => import("./scenarios.js"),
  mime: () => import("./mime.js"),
  "growth-size": () => import("./growth/size.js"),
  "growth-contexts": () => import("./growth/contexts.js"),
  "growth-log": () => import("./growth/log.js"),
};

/** How a group is measured: thoroughly, quickly, or only to see that every work does what it says. `whole` inputs have their full size. */
export const efforts = {
  full: { rounds: 41, warmUp: 8, sampleMs: 4, whole: true },
  quick: { rounds: 11, warmUp: 5, sampleMs: 2, whole: true },
  check: { rounds: 1, warmUp: 1, sampleMs: 0, whole: false },
};

/** What one run of a group takes longer than another: rounds of these are seconds and not milliseconds. */
const slow = { mime: 5, crowd: 2, scenarios: 1.5, "growth-size": 2.7, "growth-contexts": 2.7 };

/** Measures a group; gives `{ works: [{ id, title, peer?, samples }], absent, facts }`, samples in µs an operation. */
export async function measureGroup(name, effort, environment) {
  const [{ prepare }, { measure }] = await Promise.all([groups[name](), import("../measure.js")]);
  const { works, absent, facts, end } = await prepare({ ...environment, whole: effort.whole });
  const fewer = (rounds) => Math.max(1, Math.round(rounds / (slow[name] ?? 1)));
  const samples = await measure(works, { ...effort, rounds: fewer(effort.rounds), warmUp: fewer(effort.warmUp) });
  await end();
  return {
    works: works.map(({ id, title, peer }) => ({ id, title, peer, samples: samples.get(id) })),
    absent,
    facts: facts?.() ?? {},
  };
}
