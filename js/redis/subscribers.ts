/**
 * Subscriber connections: our own, each to one server, made from a client of the user's. One is used until it breaks and then thrown away:
 * whoever keeps it makes another. So nothing depends on when and how a library connects again.
 */
import { unref } from "../unref.js";

/** What whoever keeps a subscriber connection is told. */
export interface Events {
  /** Somebody published. */
  readonly message: (message: string) => void;
  /** It hears nothing any more. Told once, and not after `close`. */
  readonly lost: () => void;
}

/** A subscriber connection. */
export interface Subscriber {
  connect(): Promise<void>;
  /** Done once the server has confirmed. */
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channels: readonly string[]): Promise<void>;
  close(): void;
}

type Listener = (message: string) => void;

/** What is used of node-redis's client. */
interface NodeRedis {
  on(event: string, listener: (...args: never[]) => void): unknown;
  connect(): Promise<unknown>;
  destroy(): void;
  subscribe(channels: readonly string[], listener: Listener): Promise<void>;
  unsubscribe(channels: readonly string[], listener: Listener): Promise<void>;
  sSubscribe(channels: string, listener: Listener): Promise<void>;
  sUnsubscribe(channels: string, listener: Listener): Promise<void>;
  ping(): Promise<unknown>;
}

/** How often a subscriber connection is asked whether it is there, in milliseconds: some die without a word. */
const pingInterval = 5000;

/** Tells of a loss, unless it was wanted. */
class Loss {
  #isOver = false;
  constructor(readonly tell: () => void) {}

  readonly happen = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.tell();
  };

  forgo(): void {
    this.#isOver = true;
  }
}

/** Asks a connection now and then whether it is there, and takes silence for a loss. */
class Pulse {
  readonly #loss: Loss;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(loss: Loss) {
    this.#loss = loss;
  }

  begin(ping: () => Promise<unknown>): void {
    this.#timer = setInterval(() => this.#beat(ping), pingInterval);
    unref(this.#timer);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #beat(ping: () => Promise<unknown>): void {
    const late = setTimeout(this.#loss.happen, pingInterval - 1);
    ping().then(
      () => clearTimeout(late),
      () => {
        clearTimeout(late);
        this.#loss.happen();
      },
    );
  }
}

export class NodeRedisSubscriber implements Subscriber {
  readonly #client: NodeRedis;
  readonly #isSharded: boolean;
  readonly #loss: Loss;
  readonly #pulse: Pulse;
  readonly #message: Listener;

  constructor(client: { duplicate(overrides: object): unknown; options?: { socket?: object } }, isSharded: boolean, events: Events) {
    this.#isSharded = isSharded;
    this.#message = events.message;
    this.#loss = new Loss(events.lost);
    this.#pulse = new Pulse(this.#loss);
    const socket = { ...client.options?.socket, reconnectStrategy: false };
    const own = { socket, pingInterval: 0, commandOptions: {}, clientSideCache: undefined, emitInvalidate: false, readonly: false };
    this.#client = client.duplicate(own) as NodeRedis;
    for (const event of ["error", "end", "terminated", "sharded-channel-moved", "__MOVED"]) this.#client.on(event, this.#loss.happen);
  }

  async connect(): Promise<void> {
    await this.#client.connect();
    this.#pulse.begin(() => this.#client.ping());
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    // In a cluster, channels of several slots don't go into one command.
    if (this.#isSharded) await Promise.all(channels.map((channel) => this.#client.sSubscribe(channel, this.#message)));
    else await this.#client.subscribe(channels, this.#message);
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    if (this.#isSharded) await Promise.all(channels.map((channel) => this.#client.sUnsubscribe(channel, this.#message)));
    else await this.#client.unsubscribe(channels, this.#message);
  }

  close(): void {
    this.#loss.forgo();
    this.#pulse.end();
    try {
      this.#client.destroy();
    } catch {
      // It was closed already.
    }
  }
}

/** What is used of ioredis's client. */
interface Ioredis {
  on(event: string, listener: (...args: never[]) => void): unknown;
  connect(): Promise<unknown>;
  disconnect(): void;
  ping(): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
  ssubscribe(channel: string): Promise<unknown>;
  sunsubscribe(channel: string): Promise<unknown>;
}

export class IoredisSubscriber implements Subscriber {
  readonly #client: Ioredis;
  readonly #isSharded: boolean;
  readonly #loss: Loss;
  readonly #pulse: Pulse;

  constructor(client: { duplicate(overrides: object): unknown }, isSharded: boolean, events: Events) {
    this.#isSharded = isSharded;
    this.#loss = new Loss(events.lost);
    this.#pulse = new Pulse(this.#loss);
    this.#client = client.duplicate({
      lazyConnect: true,
      retryStrategy: null,
      reconnectOnError: null,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      enableAutoPipelining: false,
      readOnly: false,
      maxRetriesPerRequest: null,
    }) as Ioredis;
    for (const event of ["error", "end", "close", "moved"]) this.#client.on(event, this.#loss.happen);
    this.#client.on(isSharded ? "smessage" : "message", (_channel: string, message: string) => events.message(message));
  }

  async connect(): Promise<void> {
    await this.#client.connect();
    this.#pulse.begin(() => this.#client.ping());
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    if (this.#isSharded) await Promise.all(channels.map((channel) => this.#client.ssubscribe(channel)));
    else await this.#client.subscribe(...channels);
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    if (this.#isSharded) await Promise.all(channels.map((channel) => this.#client.sunsubscribe(channel)));
    else await this.#client.unsubscribe(...channels);
  }

  close(): void {
    this.#loss.forgo();
    this.#pulse.end();
    this.#client.disconnect();
  }
}
