import { display, read, resourceRule, UNKNOWN, unset } from "../shared/index.ts";

/** What an incident's investigation needs at least; 0 and unset keep them for ever. */
const LEAST_DAYS = 90;

/** Who looks into an incident months later still finds what happened. */
export const logsKept = resourceRule({
  name: "logs-kept",
  description: "Logs are kept for 90 days at least, and the trail's files can't be changed unnoticed.",
  severity: "medium",
  verdict: "loses what an investigation needs",
  fix: "Set retentionInDays to 90 or more, and let a trail log, with enableLogFileValidation true.",
  judge: ({ type, props }) => {
    if (type === "aws:cloudtrail/trail:Trail") return recording(props);
    if (type !== "aws:cloudwatch/logGroup:LogGroup" && type !== "aws-native:logs:LogGroup") return [];
    const days = read(props, "retentionInDays");
    if (unset(days) || days === 0 || read(props, "logGroupClass") === "DELIVERY") return [];
    return days !== UNKNOWN && Number(days) >= LEAST_DAYS ? [] : [`retentionInDays is ${display(days)}`];
  },
});

function recording(props: unknown): string[] {
  const [logging, validation] = [read(props, "enableLogging"), read(props, "enableLogFileValidation")];
  return [
    ...(unset(logging) || logging === true ? [] : [`enableLogging is ${display(logging)}`]),
    ...(validation === true ? [] : [`enableLogFileValidation is ${display(validation)}`]),
  ];
}
