import { isLoopback } from "../config/index.ts";

/**
 * Why a request to a port of this machine is refused, if it is: a web page of any site may make a browser send requests
 * here. Under DNS rebinding they have the site's name as Host; else the browser names the site, or says that it is another.
 */
export function refusalOf(header: (name: string) => string | undefined): string | undefined {
  const host = header("host");
  const origin = header("origin");
  if (host !== undefined && !isLoopback(host.replace(/:\d+$/, "")))
    return `this port answers under the names of this machine only, such as 127.0.0.1, not as ${JSON.stringify(host)}`;
  const isOwn = origin === undefined || origin === `http://${host}`;
  if (!isOwn || !["none", "same-origin"].includes(header("sec-fetch-site") ?? "none"))
    return "web pages of other sites may not call this port";
  return undefined;
}
