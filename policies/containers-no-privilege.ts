import { type Container, containers, securityContext } from "./containers.ts";
import { read, said, UNKNOWN, unset } from "./known.ts";
import { resourceRule } from "./rule.ts";

const SECCOMP = ["RuntimeDefault", "Localhost"];

/** Pod Security's "restricted" profile, as far as it is about what a process may become. */
export const containersNoPrivilege = resourceRule({
  name: "containers-no-privilege",
  description: "No container is privileged, can gain privileges, or makes system calls without a filter.",
  severity: "critical",
  verdict: "can get at its node",
  fix: "Set privileged and allowPrivilegeEscalation to false in the container's securityContext, and seccompProfile.type to RuntimeDefault in its or the pod's.",
  judge: ({ type, props }) => containers(type, props).flatMap(judge),
});

function judge(container: Container): string[] {
  const { where, value, pod } = container;
  const own = (...path: string[]) => read(value, "securityContext", ...path);
  const hostProcess = [value, pod].map((of) => read(of, "securityContext", "windowsOptions", "hostProcess"));
  const profile = read(securityContext(container, "seccompProfile"), "type");
  const refused: [boolean, string, unknown][] = [
    [on(own("privileged")), "privileged", own("privileged")],
    [own("allowPrivilegeEscalation") !== false, "allowPrivilegeEscalation", own("allowPrivilegeEscalation")],
    [!unset(own("procMount")) && own("procMount") !== "Default", "procMount", own("procMount")],
    [hostProcess.some(on), "windowsOptions.hostProcess", true],
    [!SECCOMP.includes(String(profile)), "seccompProfile.type", profile],
  ];
  return refused.flatMap(([is, key, actual]) => (is ? [`${where} has ${key} ${said(actual)}`] : []));
}

function on(value: unknown): boolean {
  return value === UNKNOWN || (!unset(value) && value !== false);
}
