/** One condition of a listener rule; a request meets it when any of its values matches. */
export type Condition =
  | { field: "path-pattern"; values: string[]; regexValues: string[] }
  | { field: "host-header"; values: string[]; regexValues: string[] }
  | { field: "http-header"; name: string; values: string[]; regexValues: string[] }
  | { field: "http-request-method"; values: string[] }
  | { field: "query-string"; values: { key?: string; value: string }[] }
  | { field: "source-ip"; values: string[] };

/** What a listener does with a request that meets a rule's conditions. */
export type Action = Forward | Redirect | FixedResponse;

export interface Forward {
  type: "forward";
  groups: { arn: string; weight: number }[];
  /** Lifetime of the cookie that keeps a client with its target group; 0 where off. */
  stickinessMs: number;
}

/** `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` stand for the request's own. */
export interface Redirect {
  type: "redirect";
  protocol: string;
  host: string;
  port: string;
  path: string;
  query: string;
  status: 301 | 302;
}

export interface FixedResponse {
  type: "fixed-response";
  status: number;
  contentType: string;
  body: string;
}
