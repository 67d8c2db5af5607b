/** A plain connection to a server, for tests to look and act past the client libraries that are under test. */
import { connect } from "node:net";
import { cutter, encode, RedisError } from "./resp.js";

/** Connects; `{ call(...command), close() }`. A refusal by the server and a lost connection reject. */
export async function connectAdmin({ port, password }) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const waiting = [];
  const cut = cutter();
  let lost;
  const lose = (error) => {
    lost ??= error ?? new Error(`the connection to port ${port} was closed`);
    for (const { reject } of waiting.splice(0)) reject(lost);
  };
  socket.on("data", (chunk) => {
    for (const { value } of cut(chunk)) {
      const { resolve, reject } = waiting.shift();
      if (value instanceof RedisError) reject(value);
      else resolve(value);
    }
    // One that a test forgot doesn't keep its process from ending.
    if (waiting.length === 0) socket.unref();
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", lose);
  socket.on("close", () => lose());
  const call = (...command) =>
    new Promise((resolve, reject) => {
      if (lost !== undefined) return reject(lost);
      waiting.push({ resolve, reject });
      socket.ref();
      socket.write(encode(command));
    });
  socket.unref();
  if (password !== undefined) await call("AUTH", password);
  return { call, isLost: () => lost !== undefined, close: () => void socket.destroy() };
}
