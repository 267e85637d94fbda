import type { HttpBindings } from "@hono/node-server";
import { z } from "zod";
import { ArcError, invalid } from "./errors.ts";
import { PracticeConfiguration } from "./practice-configuration.ts";
import { statuses } from "./shift.ts";

/** What a request of the API carries beside itself: the socket's own view of it, where it came over one. */
export type Env = { Bindings: HttpBindings | undefined };

/**
 * One page of a list whose keys are unique and sorted by `order` (1 ascending, -1 descending). The token is the last
 * key that was given out, so what is added or removed meanwhile makes no entry appear twice or go missing.
 */
export function page<Item>(
  items: Item[],
  key: (item: Item) => string,
  order: 1 | -1,
  request: { maxResults: number; nextToken?: string | undefined },
): { items: Item[]; nextToken?: string } {
  const after = request.nextToken === undefined ? undefined : decode(request.nextToken);
  const comesAfter = (item: Item) =>
    after === undefined || (key(item) > after ? 1 : key(item) < after ? -1 : 0) === order;
  const rest = items.filter(comesAfter);
  const given = rest.slice(0, request.maxResults);
  const last = given.at(-1);
  return rest.length > given.length && last
    ? { items: given, nextToken: encode(key(last)) }
    : { items: given };
}

const prefix = "after ";

function encode(key: string): string {
  return Buffer.from(prefix + key).toString("base64url");
}

function decode(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (text.startsWith(prefix) && encode(text.slice(prefix.length)) === token)
    return text.slice(prefix.length);
  throw invalid("nextToken must be one that this API answered", "InvalidToken");
}

const Arn = z
  .string()
  .min(8)
  .max(1024)
  .regex(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:.+/s, "must be an ARN");
/** Only the type is checked here; the store checks that it is a duration that ARC takes. */
const ExpiresIn = z.string();
const Comment = z.string().refine((text) => [...text].length <= 128, "must have at most 128 characters");
const Page = {
  maxResults: z.coerce.number().int().min(1).max(100).default(100),
  nextToken: z.string().optional(),
};

export const StartInput = z.object({
  resourceIdentifier: Arn,
  awayFrom: z.string().max(20),
  expiresIn: ExpiresIn,
  comment: Comment,
});
export const UpdateInput = z.object({ expiresIn: ExpiresIn.optional(), comment: Comment.optional() });
export const ShiftId = z.object({
  zonalShiftId: z.string().regex(/^[A-Za-z0-9-]{6,36}$/, "must be 6 to 36 letters, digits and hyphens"),
});
export const ResourceId = z.object({ resourceIdentifier: Arn });
export const ListShiftsInput = z.object({
  ...Page,
  status: z.enum(statuses).optional(),
  resourceIdentifier: Arn.optional(),
});
export const ListResourcesInput = z.object(Page);
export const ListAutoshiftsInput = z.object({
  ...Page,
  status: z.enum(["ACTIVE", "COMPLETED"]).default("ACTIVE"),
});
const Switch = z.enum(["ENABLED", "DISABLED"]);
export const ObserverInput = z.object({ status: Switch });
export const AutoshiftInput = z.object({ zonalAutoshiftStatus: Switch });
export const PracticeInput = PracticeConfiguration.extend({ resourceIdentifier: Arn });
export const PracticeChange = PracticeConfiguration.partial();
export const StartPracticeInput = StartInput.omit({ expiresIn: true });

/** The API's ValidationExceptionReason for a field whose value is wrong. */
const reasons: Record<string, string> = {
  expiresIn: "InvalidExpiresIn",
  awayFrom: "InvalidAz",
  resourceIdentifier: "InvalidResourceIdentifier",
  status: "InvalidStatus",
  nextToken: "InvalidToken",
  zonalAutoshiftStatus: "InvalidStatus",
  outcomeAlarms: "InvalidAlarmCondition",
  blockingAlarms: "InvalidAlarmCondition",
  blockedDates: "InvalidPracticeBlocker",
  blockedWindows: "InvalidPracticeBlocker",
  allowedWindows: "InvalidPracticeAllowedWindow",
};

/** What was sent, or a ValidationException that names every field that is wrong; its reason is the first one's. */
export function checked<Shape extends z.ZodType>(schema: Shape, sent: unknown): z.infer<Shape> {
  const result = schema.safeParse(sent, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const problems = issues.map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`);
  const errors = problems.length === 1 ? "1 validation error" : `${problems.length} validation errors`;
  return refuse(`${errors}: ${problems.join("; ")}`, issues[0]);
}

function refuse(message: string, first: z.core.$ZodIssue | undefined): never {
  if (first?.code === "invalid_type" && first.input === undefined) throw invalid(message, "MissingValue");
  const isConditionType = first?.path.length === 3 && first.path[2] === "type";
  throw invalid(message, isConditionType ? "InvalidConditionType" : reasons[String(first?.path[0])]);
}

/** A request's JSON body; none counts as an empty object, as it does in AWS's protocol. */
export async function jsonBody(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new ArcError("ValidationException", `the body is not JSON: ${(error as Error).message}`);
  }
}
