/** What IAM's wildcards cover: `*` stands for any characters, `?` for one, and case doesn't matter in actions. */

/** Whether a pattern covers a text, as IAM compares them. */
export function covers(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*+/g, ".*").replace(/\?/g, ".")}$`, "is").test(text);
}

/** Only wildcards, of which one stands for any number of characters. */
const ANYTHING = /^[*?]*\*[*?]*$/;

/** Whether a pattern covers all there is. */
function isAnything(pattern: string): boolean {
  return ANYTHING.test(pattern);
}

/** With fewer letters than this an action's pattern covers a good part of a service: `iam:P*` puts, passes and more. */
const LETTERS = 3;

/** How much of AWS an action's pattern covers: everything, (nearly) everything of one service, or named actions. */
export function breadth(action: string): "everything" | "service" | "named" {
  const [service = "", ...rest] = action.split(":");
  const name = rest.join(":");
  if (isAnything(service) && (rest.length === 0 || isAnything(name))) return "everything";
  if (!name.includes("*")) return "named";
  return name.replace(/[*?]/g, "").length < LETTERS ? "service" : "named";
}

/** Services of which the last part of an ARN begins with the name itself, not with the resource's kind. */
const UNTYPED = new Set(["s3", "sns", "sqs", "execute-api", "s3-object-lambda"]);

/**
 * Whether a resource's pattern covers everything, or everything of a kind in an account: `*`, `arn:aws:s3:::*`,
 * `arn:aws:ec2:*:*:*`, `arn:aws:iam::*:role/*`.
 */
export function isEveryResource(resource: string): boolean {
  if (!/^arn:/i.test(resource)) return isAnything(resource) || covers(resource, "arn:aws:s3:::x");
  const [, , service = "*", , , ...rest] = resource.split(":");
  if (rest.length === 0) return true;
  const last = rest.join(":");
  const name = UNTYPED.has(service.toLowerCase())
    ? (last.split("/")[0] ?? "")
    : last.replace(/^\/?[a-z-]+[/:](?=.)/i, "");
  return /\*/.test(name) && /^[*?/:.]*$/.test(name);
}
