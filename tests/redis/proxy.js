/** A TCP proxy before a server, for what networks do to connections: late, cut, silent, and gone between a request and its reply. */
import { connect, createServer } from "node:net";
import { cutter } from "./resp.js";

/** One client's connection and the server's behind it. */
class Link {
  #proxy;
  #client;
  #server;
  /** How many requests went to the server, and replies came back. */
  #asked = 0;
  #answered = 0;
  /** The number of the request whose reply nobody will see. */
  #doomed;

  constructor(proxy, client, port) {
    this.#proxy = proxy;
    this.#client = client.setNoDelay();
    this.#server = connect({ port, host: "127.0.0.1", noDelay: true });
    const [requests, replies] = [cutter(), cutter()];
    this.#client.on("data", (chunk) => this.#proxy.pass(() => this.#forward(requests(chunk))));
    this.#server.on("data", (chunk) => this.#proxy.pass(() => this.#bring(replies(chunk))));
    for (const socket of [this.#client, this.#server]) {
      socket.on("error", () => {});
      socket.on("close", () => this.cut());
    }
  }

  #forward(requests) {
    for (const { value, bytes } of requests) {
      this.#asked += 1;
      if (this.#doomed === undefined && this.#proxy.isSwallowed(value)) this.#doomed = this.#asked;
      this.#server.write(bytes);
    }
  }

  #bring(replies) {
    for (const { type, bytes } of replies) {
      // What is pushed, such as a published message, answers nothing.
      if (type !== ">") this.#answered += 1;
      if (this.#answered === this.#doomed) {
        // The server has carried it out by now.
        this.#proxy.swallowed += 1;
        return this.cut();
      }
      this.#client.write(bytes);
    }
  }

  cut() {
    this.#client.destroy();
    this.#server.destroy();
    this.#proxy.links.delete(this);
  }
}

class TcpProxy {
  /** How many replies it has swallowed. */
  swallowed = 0;
  links = new Set();
  #server;
  #match = () => false;
  #delay = 0;
  #isSilent = false;
  #refuses = false;
  #held = [];

  async listen(port) {
    this.#server = createServer((client) => {
      if (this.#refuses) client.destroy();
      else this.links.add(new Link(this, client, port));
    });
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.port = this.#server.address().port;
    this.url = `redis://127.0.0.1:${this.port}`;
  }

  isSwallowed(command) {
    return this.#match(command);
  }

  /** Brings a chunk on its way now, later, or not yet. Order is kept: timers of the same length are. */
  pass(forward) {
    if (this.#isSilent) this.#held.push(forward);
    else if (this.#delay > 0) setTimeout(forward, this.#delay);
    else forward();
  }

  /** Forwards a request that `match` (of the command, an array of strings) wants, and cuts its connection when the reply comes. */
  swallow(match) {
    this.#match = match;
  }

  /** Everything takes `ms` longer each way. */
  delay(ms) {
    this.#delay = ms;
  }

  /** Cuts every connection there is. New ones are let in. */
  cut() {
    for (const link of [...this.links]) link.cut();
  }

  /** Cuts every connection, and those that come from now on at once; `false` lets them in again. */
  refuse(refuses = true) {
    this.#refuses = refuses;
    if (refuses) this.cut();
  }

  /** Connections stay and nothing comes through; `false` brings what was held. */
  blackHole(isSilent = true) {
    this.#isSilent = isSilent;
    if (!isSilent) for (const forward of this.#held.splice(0)) forward();
  }

  async close() {
    this.#held = [];
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Starts a proxy before `server`, with a port and a URL of its own. */
export async function startProxy(server) {
  const proxy = new TcpProxy();
  await proxy.listen(server.port);
  return proxy;
}
