import { containers } from "./containers.ts";
import { items, read, said, UNKNOWN } from "./known.ts";
import { resourceRule } from "./rule.ts";

/** Pod Security's "restricted" profile: everything dropped; only binding a low port may be asked back. */
export const containersDropCapabilities = resourceRule({
  name: "containers-drop-capabilities",
  description: "Every container drops all Linux capabilities and adds none but NET_BIND_SERVICE.",
  severity: "high",
  verdict: "keeps capabilities of root",
  fix: "Set capabilities to { drop: [ALL] } in the container's securityContext.",
  judge: ({ type, props }) =>
    containers(type, props).flatMap(({ where, value }) => {
      const capabilities = read(value, "securityContext", "capabilities");
      const added = read(capabilities, "add");
      const extra = items(added).filter((name) => name !== "NET_BIND_SERVICE");
      return [
        ...(items(read(capabilities, "drop")).includes("ALL") ? [] : [`${where} doesn't drop ALL`]),
        ...(added === UNKNOWN ? [`${where} adds what is not known in a preview`] : []),
        ...extra.map((name) => `${where} adds ${said(name)}`),
      ];
    }),
});
