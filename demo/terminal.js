// How the demo looks: colour where a terminal shows it, plain text everywhere else, and columns that line up.

import { stripVTControlCharacters } from "node:util";

const colourful = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";

const style = (open, close) => (text) => (colourful ? `\x1b[${open}m${text}\x1b[${close}m` : String(text));

export const bold = style(1, 22);
export const dim = style(2, 22);
export const red = style(31, 39);
export const green = style(32, 39);
export const cyan = style(36, 39);

/** ✓ or ✗. */
export const mark = (holds) => (holds ? green("✓") : red("✗"));

export function say(text = "") {
  process.stdout.write(text === "" ? "\n" : `  ${text}\n`);
}

export function title(text) {
  say();
  say(bold(text));
  say();
}

const visible = (text) => stripVTControlCharacters(text).length;

/** Pads to `width` as seen on screen, colour codes not counted. */
export function pad(text, width, align = "left") {
  const gap = " ".repeat(Math.max(0, width - visible(text)));
  return align === "right" ? gap + text : text + gap;
}

/**
 * A table whose rows are printed as they happen, so its widths are given and not found.
 * `columns` maps headings to widths; a negative width aligns to the left.
 */
export function table(columns) {
  const widths = Object.values(columns);
  const line = (cells) => {
    const padded = cells.map((cell, i) => pad(cell, Math.abs(widths[i]), widths[i] < 0 ? "left" : "right"));
    say(padded.join("  ").trimEnd());
  };
  line(Object.keys(columns).map(dim));
  say(dim("─".repeat(widths.reduce((sum, width) => sum + Math.abs(width) + 2, -2))));
  return line;
}

export const count = (n) => n.toLocaleString("en-US");

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export const percent = (share) => `${(share * 100).toFixed(1)} %`;

/** One line of JSON with room to breathe: `{ "a": [1, 2] }`. */
export function json(value) {
  if (Array.isArray(value)) return `[${value.map(json).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${json(item)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** JSON as `json` prints it while it fits into `width`, else one level broken over lines, and so on inside. */
export function jsonLines(value, width = 112, indent = "") {
  const short = json(value);
  if (short.length + indent.length <= width || value === null || typeof value !== "object") return [short];
  const inner = `${indent}  `;
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const body = entries.flatMap(([key, item], i) => {
    const [first, ...rest] = jsonLines(item, width, inner);
    const lines = [`${inner}${list ? "" : `${JSON.stringify(key)}: `}${first}`, ...rest];
    if (i < entries.length - 1) lines[lines.length - 1] += ",";
    return lines;
  });
  return [list ? "[" : "{", ...body, `${indent}${list ? "]" : "}"}`];
}
