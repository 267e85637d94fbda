import { z } from "zod";
import type { Graph } from "../../engine/index.ts";
import { GraphReader } from "../graph-reader.ts";
import type { Settings } from "./kept.ts";
import { PracticeConfiguration } from "./practice-configuration.ts";

const Configuration = PracticeConfiguration.extend({
  resourceArn: z.string(),
  zonalAutoshiftStatus: z.enum(["ENABLED", "DISABLED"]).default("DISABLED"),
});

/** What a graph declares of zonal autoshift and practice runs, by the resource's ARN. */
export function declaredAutoshift(graph: Graph): Record<string, Pick<Settings, "autoshift" | "practice">> {
  const reader = new GraphReader(graph);
  const declared = reader
    .all("aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration", Configuration)
    .map(({ value: { resourceArn, zonalAutoshiftStatus, ...practice } }) => {
      return [resourceArn, { autoshift: zonalAutoshiftStatus, practice }] as const;
    });
  reader.check();
  return Object.fromEntries(declared);
}
