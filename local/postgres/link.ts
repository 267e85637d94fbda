import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Connections that wait or run at once; a standby needs one, and one more while the old one is being closed. */
const MAX_CONNECTIONS = 8;

/**
 * The way from the standby's zone to the primary's, as a TCP relay on 127.0.0.1.
 * While it is severed no byte passes and none is refused: the silence of a partitioned network.
 * It leaves out delay and loss.
 */
export class ReplicationLink {
  readonly #server: Server;
  readonly #pairs = new Set<[standby: Socket, primary: Socket]>();
  readonly #waiting = new Set<Socket>();
  #target: number | undefined;
  #severed = false;
  #held = false;

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  static async open(): Promise<ReplicationLink> {
    const link = new ReplicationLink();
    await new Promise<void>((resolve, reject) => {
      link.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return link;
  }

  /** Where the standby connects. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Leads to the primary at that port from now on; connections to another one are closed. */
  lead(target: number): void {
    if (target === this.#target) return;
    this.#target = target;
    this.#drop();
  }

  sever(severed: boolean): void {
    if (severed === this.#severed) return;
    this.#severed = severed;
    // What was under way is lost for good: the standby connects anew, as after a partition that outlived TCP.
    if (severed) this.#flow();
    else this.#drop();
  }

  /** Delays everything until `release`, without losing it. */
  hold(): void {
    this.#held = true;
    this.#flow();
  }

  release(): void {
    this.#held = false;
    this.#flow();
  }

  async close(): Promise<void> {
    this.#drop();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(standby: Socket): void {
    if (this.#severed || this.#target === undefined) {
      this.#waiting.add(standby);
      // A reset of a connection that carries nothing needs no answer; `close` follows it.
      standby.pause().on("error", () => standby.destroy());
      standby.on("close", () => this.#waiting.delete(standby));
      return;
    }
    const primary = connect({ host: "127.0.0.1", port: this.#target });
    const pair: [Socket, Socket] = [standby, primary];
    this.#pairs.add(pair);
    this.#join(pair, standby, primary);
    this.#join(pair, primary, standby);
    this.#flow();
  }

  #join(pair: [Socket, Socket], from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on("error", () => from.destroy());
    from.on("close", () => {
      this.#pairs.delete(pair);
      to.destroy();
    });
  }

  #flow(): void {
    const open = !this.#severed && !this.#held;
    for (const [standby, primary] of this.#pairs) {
      standby.unpipe(primary).pause();
      primary.unpipe(standby).pause();
      if (!open) continue;
      standby.pipe(primary);
      primary.pipe(standby);
    }
  }

  #drop(): void {
    for (const socket of [...[...this.#pairs].flat(), ...this.#waiting]) socket.destroy();
  }
}
