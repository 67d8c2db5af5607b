import { program } from "./inline/program.js";

globalThis.outcomes = Promise.all([program("page")]);
