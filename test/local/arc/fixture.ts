import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sha256 } from "@aws-crypto/sha256-js";
import { getRequestListener } from "@hono/node-server";
import { SignatureV4 } from "@smithy/signature-v4";
import { LOOPBACK_CREDENTIALS } from "../../../config/index.ts";
import { arcApp } from "../../../local/arc/app.ts";
import type { ManagedResource } from "../../../local/arc/shift.ts";
import type { Clock } from "../../../local/arc/store.ts";
import { ZonalShifts } from "../../../local/arc/store.ts";

const zones = ["a", "b", "c"].map((letter, index) => ({
  id: `apse2-az${index + 1}`,
  name: `ap-southeast-2${letter}`,
}));

const account = "ap-southeast-2:000000000000";
export const balancer = `arn:aws:elasticloadbalancing:${account}:loadbalancer/app/public/50dc6c495c0c9188`;
export const cluster = `arn:aws:eks:${account}:cluster/trizone`;

export const resources: ManagedResource[] = [
  { arn: balancer, name: "public", zones },
  { arn: cluster, name: "trizone", zones },
];

/** A clock that stands until it is moved, and then calls back on the way. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #next(end: number) {
    const due = [...this.#timers].filter(({ at }) => at <= end);
    return due.sort((one, other) => one.at - other.at)[0];
  }
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "arc-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The stand-in, served on a free port with its own folder. */
export async function serveArc(options: { resources?: ManagedResource[]; clock?: Clock } = {}) {
  const folder = temporaryFolder();
  const shifts = await ZonalShifts.open({ resources, file: join(folder.path, "arc.json"), ...options });
  const server = createServer(getRequestListener(arcApp(shifts).fetch));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await shifts.close();
    folder.remove();
  };
  return { url, shifts, file: join(folder.path, "arc.json"), close };
}

const signature = new SignatureV4({
  service: "arc-zonal-shift",
  region: "ap-southeast-2",
  credentials: LOOPBACK_CREDENTIALS,
  sha256: Sha256,
});

/** The headers of a signed request; `target` is path and query as they go over the wire. */
export async function signed(
  method: string,
  url: string,
  body?: string,
  signingDate = new Date(),
): Promise<Record<string, string>> {
  const { host, hostname, protocol, searchParams } = new URL(url);
  const path = url.slice(url.indexOf("/", url.indexOf("//") + 2)).split("?")[0] ?? "/";
  const query = Object.fromEntries(searchParams);
  const request = { method, protocol, hostname, path, query, headers: { host }, body };
  return (await signature.sign(request, { signingDate })).headers;
}
