import { containers } from "./containers.ts";
import { read, said } from "./known.ts";
import { resourceRule } from "./rule.ts";

/** Who gets into a container finds nowhere to put tools, and leaves nothing behind. */
export const containersReadOnlyRoot = resourceRule({
  name: "containers-read-only-root",
  description: "Every container's root file system is read-only.",
  severity: "high",
  verdict: "can change its own image's files",
  fix: "Set readOnlyRootFilesystem to true in the container's securityContext, and mount an emptyDir where it must write.",
  judge: ({ type, props }) =>
    containers(type, props).flatMap(({ where, value }) => {
      const setting = read(value, "securityContext", "readOnlyRootFilesystem");
      return setting === true ? [] : [`${where} has readOnlyRootFilesystem ${said(setting)}`];
    }),
});
