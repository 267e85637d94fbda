import type { Config } from "../../../config/index.ts";

/** Names that nobody can own (RFC 2606): what is sent to them reaches no one. */
const RESERVED = /[@.](example|invalid|test|localhost)(\.(com|net|org))?$/;

/**
 * What people have to do before a stack is complete, since no program can or may: a sentence each, for the output of that
 * name.
 * @param dnsName the public balancer's
 */
export function leftToDo(config: Config, dnsName: string): string[] {
  const { domain, hostedZoneId, alarmEmails, clusterAccess } = config;
  const reserved = alarmEmails.filter((address) => RESERVED.test(address));
  const confirmed = alarmEmails.filter((address) => !reserved.includes(address));
  const steps: [boolean, string][] = [
    [
      domain === undefined,
      `Set trizone:domain and trizone:hostedZoneId (its zone in Route 53) and run pulumi up: until then the platform is at https://${dnsName} with a certificate that it signed itself, of which browsers warn, and which an up in its last month renews.`,
    ],
    [
      domain !== undefined && hostedZoneId === undefined,
      `At the registrar or DNS service of ${domain}, point ${domain} to ${dnsName} (a CNAME, or an alias where ${domain} is a zone of its own).`,
    ],
    [alarmEmails.length === 0, "Set trizone:alarmEmails: nobody learns of this stack's alarms."],
    [
      reserved.length > 0,
      `Set trizone:alarmEmails to addresses of your own: ${reserved.join(", ")} can't be reached, so that nobody learns of the alarms.`,
    ],
    [confirmed.length > 0, `Have ${confirmed.join(", ")} confirm the subscription that SNS sent.`],
    [
      clusterAccess.cidrs.length === 0,
      "Deploy from a machine in the VPC that has the security group of output runnerSecurityGroupId, or set trizone:clusterAccess.cidrs: the cluster's API is reached from nowhere else.",
    ],
    [
      true,
      "Publish the model of market news and have it answer: trizone model publish models/news/1.1.0, then trizone model promote 1.1.0. Until then the pods of news aren't ready, and nothing waits for them.",
    ],
    [true, "Make the first user: aws cognito-idp admin-create-user, with the pool of output userPoolId."],
  ];
  return steps.filter(([applies]) => applies).map(([, step]) => step);
}
