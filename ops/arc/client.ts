import { setTimeout as sleep } from "node:timers/promises";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";
import { isLoopback } from "../../config/index.ts";
import {
  CancelPracticeRunCommand,
  CancelZonalShiftCommand,
  ListZonalShiftsCommand,
  StartPracticeRunCommand,
  StartZonalShiftCommand,
  type ZonalShiftCommand,
} from "./commands.ts";
import { ConflictException } from "./errors.ts";
import type { ResponseMetadata, ZonalShiftSummary } from "./shapes.ts";
import { credentialsFor, signer } from "./sign.ts";
import { backOff, judge, Transport } from "./transport.ts";

/** Finds a shift by its id among those of a resource, or among all. */
export type FindShift = (
  zonalShiftId: string,
  resourceIdentifier?: string,
) => Promise<ZonalShiftSummary | undefined>;

/**
 * An attempt whose answer was lost may have been carried out, and its retry is then refused as a conflict with it. This
 * returns the shift that such a conflict names when it is the one that was asked for, else undefined.
 */
async function recover(
  command: ZonalShiftCommand<unknown, unknown>,
  error: unknown,
  find: FindShift,
): Promise<ZonalShiftSummary | undefined> {
  if (!(error instanceof ConflictException)) return undefined;
  if (command instanceof StartZonalShiftCommand || command instanceof StartPracticeRunCommand) {
    const shift = error.zonalShiftId && (await find(error.zonalShiftId, command.input.resourceIdentifier));
    return shift && isAskedFor(shift, command) ? shift : undefined;
  }
  const cancels = command instanceof CancelZonalShiftCommand || command instanceof CancelPracticeRunCommand;
  if (cancels && error.reason === "ZonalShiftStatusNotActive") {
    const shift = await find(command.input.zonalShiftId);
    return shift?.status === "CANCELED" ? shift : undefined;
  }
  return undefined;
}

function isAskedFor(
  shift: ZonalShiftSummary,
  command: StartZonalShiftCommand | StartPracticeRunCommand,
): boolean {
  const { awayFrom, comment } = command.input;
  if (shift.awayFrom !== awayFrom || shift.comment !== comment) return false;
  if (command instanceof StartPracticeRunCommand) return shift.shiftType === "PRACTICE_RUN";
  const { expiresIn } = command.input;
  const seconds = (shift.expiryTime.getTime() - shift.startTime.getTime()) / 1000;
  const asked = Number.parseInt(expiresIn, 10) * (expiresIn.endsWith("h") ? 3600 : 60);
  return shift.shiftType !== "PRACTICE_RUN" && Math.abs(seconds - asked) <= 1;
}

export interface ARCZonalShiftClientConfig {
  region: string;
  /** @default `https://arc-zonal-shift.<region>.amazonaws.com` */
  endpoint?: string;
  /** @default what AWS's chain finds; those of the stand-in for an endpoint on this machine */
  credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** Attempts in all. @default 3 */
  maxAttempts?: number;
  /** Timeout of one attempt, in milliseconds. @default 5000 */
  requestTimeout?: number;
}

/**
 * Client of ARC's zonal shift API, named and shaped as `@aws-sdk/client-arc-zonal-shift`, which can take its place.
 * @example
 * const arc = new ARCZonalShiftClient({ region, endpoint: outputs.arcEndpoint });
 * await arc.send(new StartZonalShiftCommand({ resourceIdentifier, awayFrom: "apse2-az1", expiresIn: "30m", comment }));
 */
export class ARCZonalShiftClient {
  readonly #sign: ReturnType<typeof signer>;
  readonly #transport: Transport;
  readonly #maxAttempts: number;

  constructor(config: ARCZonalShiftClientConfig) {
    const { region, maxAttempts = 3, requestTimeout = 5_000 } = config;
    const endpoint = new URL(config.endpoint ?? `https://arc-zonal-shift.${region}.amazonaws.com`);
    if (endpoint.protocol !== "https:" && !isLoopback(endpoint.hostname)) {
      throw new Error(`ARC's endpoint ${endpoint.href} must be https, since it isn't on this machine`);
    }
    this.#sign = signer({ endpoint, region, credentials: config.credentials ?? credentialsFor(endpoint) });
    this.#transport = new Transport(endpoint, requestTimeout);
    this.#maxAttempts = maxAttempts;
  }

  /**
   * Carries an operation out, with retries. Throws `ARCZonalShiftServiceException`s, `NoAnswerError`, or the
   * abort signal's reason.
   */
  async send<Output>(
    command: ZonalShiftCommand<unknown, Output>,
    options: { abortSignal?: AbortSignal } = {},
  ): Promise<Output & { $metadata: ResponseMetadata }> {
    let uncertain = false;
    for (let attempt = 1; ; attempt += 1) {
      options.abortSignal?.throwIfAborted();
      try {
        return await this.#attempt(command, attempt, options.abortSignal);
      } catch (error) {
        if (uncertain) {
          const found = await recover(command, error, (id, resource) => this.#find(id, resource));
          if (found) return { ...(found as Output), $metadata: { attempts: attempt } };
        }
        const verdict = judge(error);
        uncertain ||= verdict.uncertain;
        if (!verdict.retry || attempt >= this.#maxAttempts) throw error;
        await sleep(backOff(attempt), undefined, options.abortSignal ? { signal: options.abortSignal } : {});
      }
    }
  }

  /** Closes its connections. */
  destroy(): Promise<void> {
    return this.#transport.close();
  }

  async #attempt<Output>(
    command: ZonalShiftCommand<unknown, Output>,
    attempts: number,
    abort: AbortSignal | undefined,
  ): Promise<Output & { $metadata: ResponseMetadata }> {
    // Signed at each attempt: a signature is valid for five minutes from its date.
    const signed = await this.#sign(command.operation());
    const { body, status, requestId } = await this.#transport.send<Output>(signed, attempts, abort);
    const $metadata = { httpStatusCode: status, ...(requestId ? { requestId } : {}), attempts };
    return { ...body, $metadata };
  }

  async #find(zonalShiftId: string, resourceIdentifier?: string): Promise<ZonalShiftSummary | undefined> {
    let nextToken: string | undefined;
    do {
      const page = await this.send(
        new ListZonalShiftsCommand({
          ...(resourceIdentifier ? { resourceIdentifier } : {}),
          ...(nextToken ? { nextToken } : {}),
        }),
      );
      const found = page.items?.find((shift) => shift.zonalShiftId === zonalShiftId);
      if (found) return found;
      nextToken = page.nextToken;
    } while (nextToken);
    return undefined;
  }
}
