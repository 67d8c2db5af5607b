/**
 * One curve of costs in µs: a work for each of `points`, made by `make(x)`. `expect` says how its cost may grow with x: "flat" or "linear", see `fit.js`, and
 * "told" is no expectation: it is there to be seen. With `over`, the id of another curve of the same points, it is not the cost that is fitted but how
 * many times that of the other it is.
 * What is in `works` are the works of `measure.js`; the rest of it can be written down.
 */
export async function curve(id, title, expect, points, make, over) {
  const works = [];
  for (const x of points) works.push({ id: `${id} @ ${x}`, title: `${title}: ${x.toLocaleString("en-US")}`, ...(await make(x)) });
  return { id, title, expect, points, works, toJSON: () => ({ id, title, expect, points, over }) };
}
