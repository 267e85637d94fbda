import { ArcError } from "./errors.ts";

/** Operations of the API that the stand-in doesn't serve. */
const operations: [method: string, path: RegExp, name: string][] = [
  ["PUT", /^\/managedresources\/[^/]+$/, "UpdateZonalAutoshiftConfiguration"],
  ["GET", /^\/autoshifts$/, "ListAutoshifts"],
  ["POST", /^\/configuration$/, "CreatePracticeRunConfiguration"],
  ["PATCH", /^\/configuration\/[^/]+$/, "UpdatePracticeRunConfiguration"],
  ["DELETE", /^\/configuration\/[^/]+$/, "DeletePracticeRunConfiguration"],
  ["POST", /^\/practiceruns$/, "StartPracticeRun"],
  ["DELETE", /^\/practiceruns\/[^/]+$/, "CancelPracticeRun"],
  ["GET", /^\/autoshift-observer-notification$/, "GetAutoshiftObserverNotificationStatus"],
  ["PUT", /^\/autoshift-observer-notification$/, "UpdateAutoshiftObserverNotificationStatus"],
];

/** The answer to a request that no route took. */
export function unserved(method: string, path: string): ArcError {
  const operation = operations.find(([verb, pattern]) => verb === method && pattern.test(path));
  const message = operation
    ? `The local stand-in for ARC does not serve ${operation[2]}; it can only be tried on AWS`
    : `ARC's zonal shift API has no operation ${method} ${path}; an ARN in a path is percent-encoded, slashes too`;
  return new ArcError("UnknownOperationException", message);
}
