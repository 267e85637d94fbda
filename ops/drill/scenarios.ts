import { setTimeout as sleep } from "node:timers/promises";
import type { Cause } from "../diagnose/index.ts";
import type { Stage } from "./stage.ts";

/** What the guard ought to do about it. */
export type Expected =
  /** Shift the sick zone away. */
  | "shift"
  /** Shift nothing: no zone is sick. */
  | "no-shift"
  /** See the sick zone, and refuse to shift it away. */
  | "refuse"
  /** Either: the zone is lost in a way that balancers and Kubernetes see by themselves. */
  | "either";

/** What a scenario is told of the drill that it runs in. */
export interface Scene {
  /** The zone that is made sick, such as `ap-southeast-2b`. */
  zone: string;
  /** 99th percentile before the fault, milliseconds. */
  usualP99Ms: number;
  /** Aborted when the fault is over, or the drill is. */
  signal: AbortSignal;
}

/** A fault, and what is right to do about it. */
export interface Scenario {
  name: string;
  description: string;
  expected: Expected;
  /** For `refuse`: reasons of the guard, one of which must be given. */
  reasons?: readonly string[];
  /** What a diagnosis may say while the fault is in force; undefined where nobody is left who could tell. */
  causes?: readonly Cause[];
  /** The zone that is made sick where none was asked for: that of the database's primary, or another. */
  where: "primary" | "not-primary";
  /** Seconds until the fault is healed, at the latest; sooner where what was expected has happened. */
  faultSeconds: number;
  /** Whether the zone's faults cost requests of their own until the platform has gone around it. */
  costs: boolean;
  /** Requests a second over the fault, which are those that were asked for, as a multiple of those before. @default 1 */
  rateFactor?: number;
  /** What is to be so before the load begins. @throws Error when it can't be */
  prepare?(stage: Stage): Promise<void>;
  /** Begins the fault; resolves when it is in force. */
  inject(stage: Stage, scene: Scene): Promise<void>;
  /** Ends what `inject` began beyond the zone's own faults, which are always healed. */
  undo?(stage: Stage, scene: Scene): Promise<void>;
}

/** A latency that triples the platform's 99th percentile, milliseconds. */
const tripled = ({ usualP99Ms }: Scene) => Math.min(2000, Math.max(60, Math.round(2 * usualP99Ms)));

const slow = (stage: Stage, scene: Scene, zone = scene.zone) =>
  stage.fault(zone, "slow", { ms: tripled(scene) });

/** Each drill that there is; `drill all` runs them in this order. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "gray-errors",
    description: "every service of a zone fails 5 % of its requests",
    causes: ["gray zone"],
    ...{ expected: "shift", where: "not-primary", faultSeconds: 45, costs: true },
    inject: (stage, { zone }) => stage.fault(zone, "errors", { share: 0.05 }),
  },
  {
    name: "gray-latency",
    description: "every service of a zone answers so late that the 99th percentile triples",
    causes: ["gray zone"],
    ...{ expected: "shift", where: "not-primary", faultSeconds: 45, costs: true },
    inject: slow,
  },
  {
    name: "partial",
    description: "one service of a zone fails 20 % of its requests",
    causes: ["gray zone"],
    ...{ expected: "shift", where: "not-primary", faultSeconds: 45, costs: true },
    // With one pod a zone it would be one bad pod, which is no reason to shift.
    prepare: (stage) => stage.hold("trading", 2),
    inject: (stage, { zone }) => stage.fault(zone, "errors", { share: 0.2, service: "trading" }),
    undo: (stage) => stage.hold("trading", 0),
  },
  {
    name: "zone-kill",
    description: "a zone loses its power",
    causes: ["dead zone"],
    ...{ expected: "either", where: "not-primary", faultSeconds: 15, costs: true },
    inject: (stage, { zone }) => stage.fault(zone, "kill"),
  },
  {
    name: "zone-freeze",
    description: "every process of a zone stands still, with its connections open",
    causes: ["dead zone", "gray zone"],
    ...{ expected: "either", where: "not-primary", faultSeconds: 15, costs: true },
    inject: (stage, { zone }) => stage.fault(zone, "freeze"),
  },
  {
    name: "zone-cut",
    description: "a zone's network is cut off from the others",
    causes: ["dead zone", "gray zone"],
    ...{ expected: "either", where: "not-primary", faultSeconds: 15, costs: true },
    inject: (stage, { zone }) => stage.fault(zone, "cut"),
  },
  {
    name: "database-zone",
    description: "the zone of the database's primary loses its power",
    causes: ["dead zone"],
    ...{ expected: "either", where: "primary", faultSeconds: 20, costs: true },
    inject: (stage, { zone }) => stage.fault(zone, "kill"),
  },
  {
    name: "market-open",
    description: "three times the requests, as when the market opens",
    causes: ["healthy", "saturated"],
    ...{ expected: "no-shift", where: "not-primary", faultSeconds: 60, costs: false, rateFactor: 3 },
    inject: async () => undefined,
  },
  {
    name: "deploy-in-zone",
    description:
      "a zone's pods of a service are replaced one after another by ones that fail 20 % of their requests",
    causes: ["bad deployment"],
    ...{ expected: "no-shift", where: "not-primary", faultSeconds: 30, costs: true },
    inject: async (stage, { zone }) => {
      await stage.restart(zone, "trading");
      await stage.fault(zone, "errors", { share: 0.2, service: "trading" });
    },
  },
  {
    name: "regional",
    description: "all three zones become slow together",
    causes: ["dependency", "saturated"],
    ...{ expected: "no-shift", where: "not-primary", faultSeconds: 30, costs: true },
    inject: async (stage, scene) => {
      await Promise.all(stage.zones.map((zone) => slow(stage, scene, zone)));
    },
  },
  {
    name: "one-bad-pod",
    description: "one pod fails a third of its requests",
    causes: ["bad pod"],
    ...{ expected: "no-shift", where: "not-primary", faultSeconds: 30, costs: true },
    inject: async (stage, { zone }) => {
      const { name: pod } = await stage.podOf(zone, "gateway");
      await stage.fault(zone, "errors", { share: 0.33, pod });
    },
  },
  {
    name: "skewed-traffic",
    description: "one zone's gateway gets three times what the others get",
    causes: ["healthy"],
    ...{ expected: "no-shift", where: "not-primary", faultSeconds: 30, costs: false },
    inject: (stage, { zone, signal }) => stage.skew(zone, signal),
  },
  {
    name: "second-zone",
    description: "a zone fails 5 % of its requests while another one is shifted away",
    causes: ["gray zone"],
    ...{
      expected: "refuse",
      reasons: ["another-shift"],
      where: "not-primary",
      faultSeconds: 30,
      costs: true,
    },
    inject: async (stage, { zone }) => {
      const other = stage.zones.find((one) => one !== zone) ?? zone;
      await stage.shift(other);
      await stage.fault(zone, "errors", { share: 0.05 });
    },
    undo: (stage) => stage.cancelShifts(),
  },
  {
    name: "no-capacity",
    description: "a zone fails 5 % of its requests while another one has no pod of a service",
    causes: ["gray zone"],
    ...{
      expected: "refuse",
      reasons: ["no-capacity", "capacity-unknown", "another-shift", "regional"],
      where: "not-primary",
      faultSeconds: 30,
      costs: true,
    },
    inject: async (stage, { zone, signal }) => {
      const other = stage.zones.find((one) => one !== zone) ?? zone;
      await stage.keepDown(other, "portfolio", signal);
      await stage.fault(zone, "errors", { share: 0.05 });
    },
  },
  {
    name: "guard-dies",
    description: "every guard dies after it shifted a zone away; the shift must expire",
    ...{ expected: "shift", where: "not-primary", faultSeconds: 60, costs: true },
    inject: async (stage, { zone, signal }) => {
      await stage.fault(zone, "errors", { share: 0.05 });
      while (!signal.aborted && !(await stage.isShifted(zone))) await sleep(250);
      // What it decided is known by then, and would be lost with it.
      await sleep(2000);
      await stage.keepDown(undefined, "guard", signal);
    },
  },
];

/** @throws Error that names those that there are */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((one) => one.name === name);
  if (found) return found;
  throw new Error(
    `there is no drill ${JSON.stringify(name)}; there are ${SCENARIOS.map((one) => one.name).join(", ")}, and all`,
  );
}
