import type { Outputs } from "../../config/index.ts";
import {
  ARCZonalShiftClient,
  CancelZonalShiftCommand,
  ConflictException,
  ListZonalShiftsCommand,
  StartZonalShiftCommand,
  type ZonalShift,
  type ZonalShiftStatus,
  type ZonalShiftSummary,
} from "../arc/index.ts";

/** A part of a stack that a zonal shift can be started for: to ARC, each is a resource of its own. */
export interface ShiftResource {
  name: "public" | "internal" | "cluster";
  arn: string;
}

type NamedShift = (ZonalShift | ZonalShiftSummary) & { resource: string };

/** Shifts that one command starts differ in their start by less than this, in milliseconds. */
const togetherMs = 15_000;

/** The parts of a stack that traffic can be shifted in. */
export function stackResources({ loadBalancers, cluster }: Outputs): ShiftResource[] {
  return [
    { name: "public", arn: loadBalancers.public.arn },
    { name: "internal", arn: loadBalancers.internal.arn },
    { name: "cluster", arn: cluster.arn },
  ];
}

/** The zonal shifts of a stack. One command makes one zonal shift for each resource. */
export class Shifts implements AsyncDisposable {
  readonly #arc: ARCZonalShiftClient;
  readonly #resources: ShiftResource[];

  constructor(outputs: Outputs) {
    this.#arc = new ARCZonalShiftClient({ region: outputs.region, endpoint: outputs.arcEndpoint });
    this.#resources = stackResources(outputs);
  }

  /** Starts one for each resource, or none: what had started is cancelled when a later one is refused. */
  async start(input: {
    resources: ShiftResource[];
    awayFrom: string;
    expiresIn: string;
    comment: string;
  }): Promise<NamedShift[]> {
    const { resources, ...rest } = input;
    const started: NamedShift[] = [];
    try {
      for (const { name, arn } of resources) {
        const answer = await this.#arc.send(new StartZonalShiftCommand({ ...rest, resourceIdentifier: arn }));
        started.push({ ...answer, resource: name });
      }
    } catch (error) {
      for (const { zonalShiftId } of started)
        await this.#arc.send(new CancelZonalShiftCommand({ zonalShiftId }));
      throw explained(error);
    }
    return started;
  }

  /** The stack's shifts, the newest first. */
  async list(status?: ZonalShiftStatus): Promise<NamedShift[]> {
    const found: NamedShift[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#arc.send(new ListZonalShiftsCommand({ status, nextToken }));
      for (const item of page.items ?? []) {
        const resource = this.#resources.find(({ arn }) => arn === item.resourceIdentifier);
        if (resource) found.push({ ...item, resource: resource.name });
      }
      nextToken = page.nextToken;
    } while (nextToken);
    return found;
  }

  /** Cancels a shift with those that the same command started, `only` that one, or all that are active. */
  async cancel(id: string | undefined, options: { only: boolean }): Promise<NamedShift[]> {
    const active = await this.list("ACTIVE");
    const named = active.find(({ zonalShiftId }) => zonalShiftId === id);
    const wanted =
      id === undefined
        ? active
        : active.filter((one) => one === named || (!options.only && together(one, named)));
    // ARC itself refuses an id that isn't active, and says why.
    if (id !== undefined && !named)
      await this.#arc.send(new CancelZonalShiftCommand({ zonalShiftId: id })).catch((error) => {
        throw explained(error);
      });
    for (const { zonalShiftId } of wanted)
      await this.#arc.send(new CancelZonalShiftCommand({ zonalShiftId }));
    return wanted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#arc.destroy();
  }
}

function together(one: NamedShift, other: NamedShift | undefined): boolean {
  if (!other || one.awayFrom !== other.awayFrom || one.comment !== other.comment) return false;
  return Math.abs(Number(one.startTime) - Number(other.startTime)) <= togetherMs;
}

/** ARC's error with its code and, for a conflict, where to look. */
function explained(error: unknown): unknown {
  if (!(error instanceof Error) || !("$metadata" in error)) return error;
  const reason = "reason" in error && error.reason ? ` (${String(error.reason)})` : "";
  const hint = error instanceof ConflictException ? "; see it with: npx trizone shift list" : "";
  return new Error(`ARC refused: ${error.name}${reason}: ${error.message}${hint}`, { cause: error });
}
