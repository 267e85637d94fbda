import { lookup } from "node:dns/promises";
import { BlockList } from "node:net";

const FRESH_MS = 5000;

/**
 * The zone of the database's primary, by its endpoint's address: RDS has that point to the primary, and each zone's
 * subnet is known. So the guard needs no right in RDS for it.
 */
export class PrimaryZone {
  readonly #host: string | undefined;
  readonly #zones: [zone: string, subnet: BlockList][];
  readonly #resolve: (host: string) => Promise<string>;
  #known: { zone: string | undefined; at: number } | undefined;

  /** @param subnets zone -> CIDR block of its database subnet */
  constructor(
    host: string | undefined,
    subnets: Readonly<Record<string, string>>,
    resolve = async (name: string) => (await lookup(name, 4)).address,
  ) {
    this.#host = host;
    this.#resolve = resolve;
    this.#zones = Object.entries(subnets).map(([zone, cidr]) => {
      const [address = "", prefix = "32"] = cidr.split("/");
      const subnet = new BlockList();
      subnet.addSubnet(address, Number(prefix));
      return [zone, subnet];
    });
  }

  /** Undefined where it isn't known. */
  async get(): Promise<string | undefined> {
    if (!this.#host || this.#zones.length === 0) return undefined;
    if (this.#known && performance.now() - this.#known.at < FRESH_MS) return this.#known.zone;
    const address = await this.#resolve(this.#host).catch(() => undefined);
    const zone = address && this.#zones.find(([, subnet]) => subnet.check(address))?.[0];
    this.#known = { zone: zone || undefined, at: performance.now() };
    return this.#known.zone;
  }
}
