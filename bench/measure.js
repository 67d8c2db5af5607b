// Timing on a noisy machine: every work runs once in every round, in alternating order, so that whatever else the machine does in the
// meantime hits all of them alike. Medians say how fast; ratios are taken inside a round before their median is. Processor time is kept beside
// the clock's: on a quiet machine they agree, and on a busy one the difference is the waiting for a core.

/**
 * Runs each work `rounds` times after `warmUp` unmeasured ones and gives its samples, `{ clock, cpu }` in µs an operation, by work id.
 * A work is `{ id, title, batch, before?, run, check }`: `run` does `batch` operations and is timed, `before` readies them and is not,
 * and `check` looks at what `run` gave last.
 */
export async function measure(works, { rounds, warmUp, onRound = () => {} }) {
  const samples = new Map(works.map(({ id }) => [id, { clock: [], cpu: [] }]));
  for (let round = -warmUp; round < rounds; round += 1) {
    const order = round % 2 === 0 ? works : works.toReversed();
    for (const work of order) {
      await work.before?.();
      const busy = process.cpuUsage();
      const started = process.hrtime.bigint();
      const last = await work.run();
      const took = Number(process.hrtime.bigint() - started);
      const { user, system } = process.cpuUsage(busy);
      if (!work.check(last)) throw new Error(`"${work.title}" did not do what it says: its figure would mean nothing`);
      if (round < 0) continue;
      const { clock, cpu } = samples.get(work.id);
      clock.push(took / 1_000 / work.batch);
      cpu.push((user + system) / work.batch);
    }
    onRound(round + warmUp + 1, rounds + warmUp);
  }
  return samples;
}

export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

export const median = (values) => quantile(values, 0.5);

/** How many times `a` took what `b` took, the median over the rounds both ran in. */
export const ratio = (a, b) => median(a.map((took, round) => took / b[round]));
