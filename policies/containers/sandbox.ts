import {
  type Container,
  containersOf,
  display,
  items,
  read,
  resourceRule,
  securityContext,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

const SECCOMP = ["RuntimeDefault", "Localhost"];

/** No way to more rights than the container started with, as Pod Security's "restricted" profile demands. */
export const containersNoPrivilege = resourceRule({
  name: "containers-no-privilege",
  description: "No container is privileged, can gain privileges, or makes system calls without a filter.",
  severity: "critical",
  verdict: "can get at its node",
  fix: "Set privileged and allowPrivilegeEscalation to false in the container's securityContext, and seccompProfile.type to RuntimeDefault in its or the pod's.",
  judge: ({ type, props }) => containersOf(type, props).flatMap(judge),
});

function judge(container: Container): string[] {
  const { where, value, pod, partial } = container;
  const own = (...path: string[]) => read(value, "securityContext", ...path);
  const hostProcess = [value, pod].map((of) => read(of, "securityContext", "windowsOptions", "hostProcess"));
  const profile = read(securityContext(container, "seccompProfile"), "type");
  const isOpen = (setting: unknown, closed: boolean) => !closed && !(partial && unset(setting));
  const appArmor = read(securityContext(container, "appArmorProfile"), "type");
  const refused: [boolean, string, unknown][] = [
    [isOn(own("privileged")), "privileged", own("privileged")],
    [
      isOpen(own("allowPrivilegeEscalation"), own("allowPrivilegeEscalation") === false),
      "allowPrivilegeEscalation",
      own("allowPrivilegeEscalation"),
    ],
    [!unset(own("procMount")) && own("procMount") !== "Default", "procMount", own("procMount")],
    [hostProcess.some(isOn), "windowsOptions.hostProcess", true],
    [isOpen(profile, SECCOMP.includes(String(profile))), "seccompProfile.type", profile],
    [appArmor === "Unconfined", "appArmorProfile.type", appArmor],
  ];
  return refused.flatMap(([is, key, actual]) => (is ? [`${where} has ${key} ${display(actual)}`] : []));
}

function isOn(value: unknown): boolean {
  return value === UNKNOWN || (!unset(value) && value !== false);
}

/** No capabilities of root but binding low ports, as Pod Security's "restricted" profile demands. */
export const containersDropCapabilities = resourceRule({
  name: "containers-drop-capabilities",
  description: "Every container drops all Linux capabilities and adds none but NET_BIND_SERVICE.",
  severity: "high",
  verdict: "keeps capabilities of root",
  fix: "Set capabilities to { drop: [ALL] } in the container's securityContext.",
  judge: ({ type, props }) =>
    containersOf(type, props).flatMap(({ where, value, partial }) => {
      const capabilities = read(value, "securityContext", "capabilities");
      const added = read(capabilities, "add");
      const extra = items(added).filter((name) => name !== "NET_BIND_SERVICE");
      return [
        ...(partial || items(read(capabilities, "drop")).includes("ALL")
          ? []
          : [`${where} doesn't drop ALL`]),
        ...(added === UNKNOWN ? [`${where} adds what is not known in a preview`] : []),
        ...extra.map((name) => `${where} adds ${display(name)}`),
      ];
    }),
});

/** An intruder in a container has nowhere to put tools. */
export const containersReadOnlyRoot = resourceRule({
  name: "containers-read-only-root",
  description: "Every container's root file system is read-only.",
  severity: "high",
  verdict: "can change its own image's files",
  fix: "Set readOnlyRootFilesystem to true in the container's securityContext, and mount an emptyDir where it must write.",
  judge: ({ type, props }) =>
    containersOf(type, props).flatMap(({ where, value, partial }) => {
      const setting = read(value, "securityContext", "readOnlyRootFilesystem");
      return setting === true || (partial && unset(setting))
        ? []
        : [`${where} has readOnlyRootFilesystem ${display(setting)}`];
    }),
});
