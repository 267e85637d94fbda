import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { Parser } from "htmlparser2";
import { credentialsFor } from "../arc/index.ts";

const TIMEOUT_MS = 15_000;

/** AWS services that answer XML to a form (the "AWS Query protocol"), with their API's version and own variable. */
const SERVICES = {
  elasticloadbalancing: { version: "2015-12-01", variable: "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2" },
  rds: { version: "2014-10-31", variable: "AWS_ENDPOINT_URL_RDS" },
} as const;

/** An element of an answer: its texts and elements by name, lists as `member` or the item's name. */
export type Element = { [name: string]: (string | Element)[] };

/** An error that AWS answered, or none where it could not be asked. */
class QueryError extends Error {
  override readonly name = "QueryError";
  /** AWS's, such as `AccessDenied`; undefined where there was no answer. */
  readonly code: string | undefined;

  constructor(message: string, code?: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Asks a service of AWS with the credentials of whoever runs this. The endpoint is the region's, or that of the variables
 * which AWS's own tools read (`AWS_ENDPOINT_URL_RDS`, `AWS_ENDPOINT_URL`).
 * @param parameters the action's own, lists and structures flattened: `{ "LoadBalancerArns.member.1": arn }`
 * @returns the element of the result
 * @throws QueryError
 */
export async function query(
  service: keyof typeof SERVICES,
  region: string,
  action: string,
  parameters: Record<string, string>,
): Promise<Element> {
  const { version, variable } = SERVICES[service];
  const given = process.env[variable] || process.env.AWS_ENDPOINT_URL;
  const endpoint = new URL(given || `https://${service}.${region}.amazonaws.com`);
  const body = new URLSearchParams({ Action: action, Version: version, ...parameters }).toString();
  const credentials = credentialsFor(endpoint);
  const signature = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const { headers } = await signature.sign({
    ...{ method: "POST", protocol: endpoint.protocol, hostname: endpoint.hostname, path: "/", body },
    headers: { host: endpoint.host, "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
  });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(new URL("/", endpoint), { method: "POST", headers, body, signal }).catch(
    (cause: Error & { cause?: Error }) => {
      throw new QueryError(
        `${endpoint.host} can't be reached: ${cause.cause?.message ?? cause.message}`,
        undefined,
        cause,
      );
    },
  );
  const answer = parse(await response.text());
  if (response.ok) return within(within(answer, `${action}Response`), `${action}Result`);
  const error = within(within(answer, "ErrorResponse"), "Error");
  const code = text(error, "Code");
  throw new QueryError(
    `${endpoint.host} refused ${action}: ${code ?? response.status}${text(error, "Message") ? `: ${text(error, "Message")}` : ""}`,
    code,
  );
}

/** The text of an element's first part with that name; undefined where there is none. */
export function text(element: Element, name: string): string | undefined {
  const [found] = element[name] ?? [];
  return typeof found === "string" ? found : undefined;
}

/** The elements of a list: `members(answer, "TargetGroups")`. */
export function members(element: Element, list: string, item = "member"): Element[] {
  return (within(element, list)[item] ?? []).filter((one) => typeof one === "object");
}

/** The first part of that name; empty where there is none. */
export function within(element: Element, name: string): Element {
  const [found] = element[name] ?? [];
  return typeof found === "object" ? found : {};
}

function parse(xml: string): Element {
  const root: Element = {};
  const open: { element: Element; text: string }[] = [{ element: root, text: "" }];
  const parser = new Parser(
    {
      onopentag: () => open.push({ element: {}, text: "" }),
      ontext: (part) => {
        const last = open.at(-1);
        if (last) last.text += part;
      },
      onclosetag: (name) => {
        const closed = open.pop();
        const parent = open.at(-1)?.element;
        if (!closed || !parent) return;
        const isText = Object.keys(closed.element).length === 0;
        parent[name] = [...(parent[name] ?? []), isText ? closed.text.trim() : closed.element];
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return root;
}
