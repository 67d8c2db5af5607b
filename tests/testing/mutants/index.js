/** All backends that break a rule, see `mutant.js`. */
import { commits } from "./commits.js";
import { concurrency, isolation } from "./concurrency.js";
import { lifetime, watching } from "./connections.js";
import { expiry } from "./expiry.js";
import { lists } from "./lists.js";
import { logs } from "./logs.js";
import { news } from "./news.js";
import { payloads } from "./payloads.js";
import { removals } from "./removals.js";

export const mutants = [commits, logs, news, removals, expiry, lists, payloads, isolation, concurrency, watching, lifetime].flat();
