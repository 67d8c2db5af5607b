/**
 * What a client has to be able to do, and how the two libraries do it. The client is the user's: nothing here connects, configures or closes it.
 * Replies are strings whatever the client is set to.
 */
import { ChordError, kindOf } from "../error.js";
import { slotOf } from "./keys.js";
import { type Events, IoredisSubscriber, NodeRedisSubscriber, type Subscriber } from "./subscribers.js";

/** A connected client of node-redis (`createClient`), by what is used of it. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  sendCommand(args: readonly string[], options?: object): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: its options are wider than anything that could be named here
  duplicate(overrides?: any): unknown;
}

/** A connected cluster client of node-redis (`createCluster`), by what is used of it. */
export interface NodeRedisCluster {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  readonly masters: readonly unknown[];
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[], options?: object): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: a node of its own types
  nodeClient(node: any): unknown;
  getNodeClientForKey(key: string, isReadonly?: boolean): Promise<unknown>;
}

/** A client of ioredis (`new Redis`), by what is used of it. */
export interface IoredisClient {
  readonly status: string;
  // biome-ignore lint/suspicious/noExplicitAny: overloaded in its own types
  call(command: string, ...args: any[]): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: its options are wider than anything that could be named here
  duplicate(overrides?: any): unknown;
}

/** A cluster client of ioredis (`new Cluster`), by what is used of it. */
export interface IoredisCluster {
  readonly status: string;
  readonly isCluster: true;
  readonly slots: readonly (readonly string[])[];
  // biome-ignore lint/suspicious/noExplicitAny: overloaded in its own types
  call(command: string, ...args: any[]): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: its own types
  nodes(role?: any): readonly unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: its own types
  pipeline(commands?: any): unknown;
}

/** A client that `redisBackend` takes. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoredisClient | IoredisCluster;

/** One server, for questions. */
export type Ask = (args: readonly string[]) => Promise<unknown>;

/** How a backend talks to Redis. */
export interface Link {
  readonly isCluster: boolean;
  /** Why it can't be used any more or yet, in words that say what to do. */
  readonly closed: string | undefined;
  /** How many connections have been lost by a library that then sends again by itself what had no answer. */
  readonly losses: number;
  /** Sends a command to the server that has `key`. */
  send(key: string, args: string[]): Promise<unknown>;
  /** Sends two commands, one behind the other on one connection. */
  sendBoth(key: string, first: string[], second: string[]): Promise<readonly [unknown, unknown]>;
  /** All servers that take writes. */
  masters(): Promise<readonly Ask[]>;
  /** A name of the server that has `key`, and a subscriber connection to it. */
  home(key: string): Promise<{ readonly name: string; readonly subscriber: (events: Events) => Subscriber }>;
}

// Strings whatever the client maps them to, and no signal that ends what isn't the user's call. Our own deadline stands in for the timeout,
// which costs a signal a command; but what waits for a connection goes with it, or it would pile up.
const whenReady = { typeMapping: {}, abortSignal: undefined, timeout: undefined };
const whenWaiting = { typeMapping: {}, abortSignal: undefined };

interface NodeRedisNode extends NodeRedisClient {
  readonly options?: { readonly socket?: { readonly host?: string; readonly port?: number } };
}

class NodeRedisLink implements Link {
  readonly losses = 0;
  readonly isCluster = false;
  constructor(readonly client: NodeRedisNode) {}

  get closed(): string | undefined {
    return this.client.isOpen ? undefined : "the client is not connected: await client.connect() before use, and close it only after chord";
  }

  send(_key: string, args: string[]): Promise<unknown> {
    return this.client.sendCommand(args, this.client.isReady ? whenReady : whenWaiting);
  }

  sendBoth(key: string, first: string[], second: string[]): Promise<readonly [unknown, unknown]> {
    return Promise.all([this.send(key, first), this.send(key, second)]);
  }

  async masters(): Promise<readonly Ask[]> {
    return [(args) => this.client.sendCommand(args, whenWaiting)];
  }

  async home(): Promise<{ name: string; subscriber: (events: Events) => Subscriber }> {
    return { name: "server", subscriber: (events) => new NodeRedisSubscriber(this.client, false, events) };
  }
}

class NodeRedisClusterLink implements Link {
  readonly losses = 0;
  readonly isCluster = true;
  constructor(readonly client: NodeRedisCluster) {}

  get closed(): string | undefined {
    return this.client.isOpen
      ? undefined
      : "the client is not connected: await cluster.connect() before use, and close it only after chord";
  }

  send(key: string, args: string[]): Promise<unknown> {
    return this.client.sendCommand(key, false, args, this.client.isReady ? whenReady : whenWaiting);
  }

  async sendBoth(key: string, first: string[], second: string[]): Promise<readonly [unknown, unknown]> {
    const node = (await this.client.getNodeClientForKey(key, false)) as NodeRedisNode;
    const both = await Promise.allSettled([node.sendCommand(first, whenWaiting), node.sendCommand(second, whenWaiting)]);
    const [done, waited] = both;
    // The cluster client follows to where the slot is now; the next try finds it there.
    if (done.status === "rejected" && /^(MOVED|ASK) /.test(String((done.reason as Error).message))) await this.send(key, first);
    if (done.status === "rejected") throw done.reason;
    if (waited.status === "rejected") throw waited.reason;
    return [done.value, waited.value];
  }

  async masters(): Promise<readonly Ask[]> {
    const nodes = (await Promise.all(this.client.masters.map((node) => this.client.nodeClient(node)))) as NodeRedisNode[];
    return nodes.map((node) => (args) => node.sendCommand(args, whenWaiting));
  }

  async home(key: string): Promise<{ name: string; subscriber: (events: Events) => Subscriber }> {
    const node = (await this.client.getNodeClientForKey(key, false)) as NodeRedisNode;
    const { host, port } = node.options?.socket ?? {};
    return { name: `${host}:${port}`, subscriber: (events) => new NodeRedisSubscriber(node, true, events) };
  }
}

const callOf =
  (client: IoredisClient): Ask =>
  (args) =>
    client.call(args[0] as string, args.slice(1));

/** What ioredis tells of; not everything that looks like it does. */
interface Telling {
  on?(event: string, listener: (...args: never[]) => void): unknown;
}

class IoredisLink implements Link {
  readonly isCluster = false;
  losses = 0;
  readonly #call: Ask;
  constructor(readonly client: IoredisClient) {
    this.#call = callOf(client);
    (client as Telling).on?.("close", () => {
      this.losses += 1;
    });
  }

  get closed(): string | undefined {
    return this.client.status === "end" ? "the client has been closed, or has given up connecting: make a new one" : undefined;
  }

  send(_key: string, args: string[]): Promise<unknown> {
    return this.#call(args);
  }

  sendBoth(_key: string, first: string[], second: string[]): Promise<readonly [unknown, unknown]> {
    return Promise.all([this.#call(first), this.#call(second)]);
  }

  async masters(): Promise<readonly Ask[]> {
    return [this.#call];
  }

  async home(): Promise<{ name: string; subscriber: (events: Events) => Subscriber }> {
    return { name: "server", subscriber: (events) => new IoredisSubscriber(this.client, false, events) };
  }
}

interface IoredisNode extends IoredisClient {
  readonly options: { readonly host?: string; readonly port?: number };
}

class IoredisClusterLink implements Link {
  readonly isCluster = true;
  losses = 0;
  readonly #call: Ask;
  constructor(readonly client: IoredisCluster) {
    this.#call = (args) => client.call(args[0] as string, args.slice(1));
    const lost = (): void => {
      this.losses += 1;
    };
    for (const node of client.nodes("all") as Telling[]) node.on?.("close", lost);
    (client as Telling).on?.("+node", (node: Telling) => node.on?.("close", lost));
  }

  get closed(): string | undefined {
    return this.client.status === "end" ? "the client has been closed, or has given up connecting: make a new one" : undefined;
  }

  send(_key: string, args: string[]): Promise<unknown> {
    return this.#call(args);
  }

  async sendBoth(_key: string, first: string[], second: string[]): Promise<readonly [unknown, unknown]> {
    // Here commands are methods.
    const lower = ([command, ...args]: string[]) => [(command as string).toLowerCase(), ...args];
    const pipeline = this.client.pipeline([lower(first), lower(second)]) as { exec(): Promise<[Error | null, unknown][]> };
    const replies = await pipeline.exec();
    for (const [error] of replies) if (error !== null) throw error;
    return [replies[0]?.[1], replies[1]?.[1]];
  }

  async masters(): Promise<readonly Ask[]> {
    // Before the first command it doesn't know them.
    await this.#call(["PING"]);
    return (this.client.nodes("master") as IoredisNode[]).map((node) => callOf(node));
  }

  async home(key: string): Promise<{ name: string; subscriber: (events: Events) => Subscriber }> {
    const name = this.client.slots[slotOf(key)]?.[0];
    const node = (this.client.nodes("all") as IoredisNode[]).find(({ options }) => `${options.host}:${options.port}` === name);
    if (name === undefined || node === undefined) throw new Error("the cluster's slots are not known yet");
    return { name, subscriber: (events) => new IoredisSubscriber(node, true, events) };
  }
}

/** The options of a client, wherever its library keeps them. */
function optionsOf(client: object): { readonly [name: string]: unknown } {
  const { options, _options } = client as { options?: unknown; _options?: unknown };
  return ((options ?? _options) as { [name: string]: unknown } | undefined) ?? {};
}

const accepted = "a client of node-redis (createClient, createCluster) or ioredis (Redis, Cluster)";

/**
 * How to talk through `client`.
 *
 * @throws ChordError `invalid_argument` for what is no client, or one that would put keys elsewhere
 */
export function linkOf(client: unknown): Link {
  if (typeof client !== "object" || client === null) {
    throw new ChordError("invalid_argument", `option client must be ${accepted}, got ${kindOf(client)}`);
  }
  const { keyPrefix, redisOptions } = optionsOf(client);
  const prefix = keyPrefix ?? (redisOptions as { keyPrefix?: unknown } | undefined)?.keyPrefix;
  if (prefix !== undefined && prefix !== null && prefix !== "") {
    throw new ChordError(
      "invalid_argument",
      "option client has a keyPrefix, which would tear keys apart: leave it out and use option namespace",
    );
  }
  const has = (...names: string[]) => names.every((name) => typeof (client as { [name: string]: unknown })[name] === "function");
  if (typeof (client as { status?: unknown }).status === "string" && has("call")) {
    return (client as { isCluster?: unknown }).isCluster === true
      ? new IoredisClusterLink(client as IoredisCluster)
      : new IoredisLink(client as IoredisClient);
  }
  if (has("sendCommand", "nodeClient", "getNodeClientForKey")) return new NodeRedisClusterLink(client as NodeRedisCluster);
  // Pools and sentinels send each command over whichever connection is free.
  if (has("sendCommand", "duplicate", "sSubscribe") && !has("acquire") && !has("execute"))
    return new NodeRedisLink(client as NodeRedisNode);
  throw new ChordError("invalid_argument", `option client must be ${accepted}; of pools, sentinels and others pass none`);
}
