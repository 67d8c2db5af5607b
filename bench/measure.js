// Timing on a noisy machine: every work runs once in every round, in alternating order, so that whatever else the machine does in the
// meantime hits all of them alike. Medians say how fast; ratios are taken inside a round before their median is. Where the runtime tells how
// long it was on a processor, samples in which it waited for one are left out: they time the machine's other programs.

/** The share of a sample in which it may have waited, and the share of samples without which the others are not enough to go by. */
const MOST_WAITING = 0.1;
const FEWEST_UNDISTURBED = 0.2;

const processorTime = () => globalThis.process?.cpuUsage?.();

/** Milliseconds of processor time, all threads; unknown in browsers. */
function spent(before) {
  if (before === undefined) return undefined;
  const { user, system } = globalThis.process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * What is measured: `{ id, title, peer?, least?, most?, before?, run, check }`. `run(n)` does the operation `n` times and is timed; `before(n)`
 * readies it and is not; `check(last, n)` looks at what `run` gave, so that nothing is timed that isn't what its title says. `n` is found while
 * warming up: a sample is to last `sampleMs`, for clocks are coarse, and to stay between `least` and `most`.
 *
 * Gives by id the µs an operation of each round, `null` for those left out.
 */
export async function measure(works, { rounds, warmUp, sampleMs }) {
  const samples = new Map(works.map(({ id }) => [id, []]));
  const counts = new Map(works.map(({ id, least = 1 }) => [id, least]));
  for (let round = -warmUp; round < rounds; round += 1) {
    const order = round % 2 === 0 ? works : works.toReversed();
    for (const work of order) {
      const n = counts.get(work.id);
      await work.before?.(n);
      const busy = processorTime();
      const started = performance.now();
      const last = await work.run(n);
      const took = performance.now() - started;
      const waited = took - (spent(busy) ?? took);
      if (!(await work.check(last, n))) throw new Error(`"${work.title}" did not do what it says: its figure would mean nothing`);
      if (round >= 0) samples.get(work.id).push({ took: (took * 1_000) / n, isDisturbed: waited > took * MOST_WAITING });
      else counts.set(work.id, fitting(work, n, took, sampleMs));
    }
  }
  return new Map([...samples].map(([id, all]) => [id, undisturbed(all)]));
}

/** How many operations make a sample, after `n` took so many milliseconds: at most ten times as many at once, for the first are the slowest. */
function fitting({ least = 1, most = 100_000 }, n, took, sampleMs) {
  const wanted = Math.round(n * Math.min(10, sampleMs / Math.max(took, 0.001)));
  return Math.max(least, Math.min(most, wanted));
}

function undisturbed(samples) {
  const kept = samples.filter(({ isDisturbed }) => !isDisturbed).length;
  const areEnough = kept >= 3 && kept >= samples.length * FEWEST_UNDISTURBED;
  return samples.map(({ took, isDisturbed }) => (isDisturbed && areEnough ? null : took));
}

export function quantile(values, share) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

export const median = (values) => quantile(values, 0.5);

/** How many times `a` took what `b` took, the median over the rounds that both have; of their medians where those are too few. */
export function ratio(a, b) {
  const ratios = a.map((took, round) => (took === null || b[round] === null ? null : took / b[round]));
  return ratios.filter((value) => value !== null).length >= 3 ? median(ratios) : median(a) / median(b);
}
