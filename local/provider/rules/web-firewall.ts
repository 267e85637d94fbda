import { isObject } from "../../../engine/index.ts";
import { arnOf, between, items, matches, oneOf, type Rule, type Table, unless } from "./rule.ts";

const API = "AWS WAFV2 API Reference 2019-07-29";

const NAME = matches(/^[\w-]{1,128}$/, "1 to 128 letters, digits, hyphens and underscores");

const METRIC: Rule[] = [
  matches(/^[\w#:.\-/]{1,128}$/, "1 to 128 letters, digits and _#:.-/"),
  unless(/^(All|Default_Action)$/, "a name that WAF doesn't reserve (All, Default_Action)"),
];

const WEB_ACL = arnOf("wafv2", "(regional|global)/webacl/");

function rulesOf(rules: unknown): Record<string, unknown>[] {
  return Array.isArray(rules) ? rules.filter(isObject) : [];
}

export const webFirewall: Table = {
  "aws:wafv2/webAcl:WebAcl": {
    source: `${API}, CreateWebACL and RateBasedStatement`,
    automatic: { property: "name" },
    properties: {
      name: NAME,
      description: matches(
        /^[\w+=:#@/\-,.][\w+=:#@/\-,.\s]{1,254}[\w+=:#@/\-,.]$/,
        "3 to 256 letters, digits, spaces and _+=:#@/-,.",
      ),
      scope: oneOf("REGIONAL", "CLOUDFRONT"),
      "visibilityConfig.metricName": METRIC,
      "rules[].name": NAME,
      "rules[].priority": between(0, 2_147_483_647),
      "rules[].visibilityConfig.metricName": METRIC,
      "rules[].action.block.customResponse.responseCode": between(200, 599),
      "rules[].statement.rateBasedStatement.limit": between(10, 2_000_000_000),
      "rules[].statement.rateBasedStatement.evaluationWindowSec": oneOf(60, 120, 300, 600),
      "rules[].statement.rateBasedStatement.aggregateKeyType": oneOf(
        ...["IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT"],
      ),
      "rules[].statement.managedRuleGroupStatement.name": NAME,
    },
    together: [
      {
        path: "rules",
        expects: "a name and a priority of its own for each rule",
        holds: ({ rules }) =>
          ["name", "priority"].every((key) => {
            const given = rulesOf(rules).map((rule) => rule[key]);
            return new Set(given).size === given.length;
          }),
      },
      {
        path: "rules[].action",
        expects: "action for a statement of the program's own, overrideAction for a group of rules",
        holds: ({ rules }) =>
          rulesOf(rules).every(({ action, overrideAction, statement }) => {
            if (!isObject(statement)) return true;
            const isGroup = ["managedRuleGroupStatement", "ruleGroupReferenceStatement"].some(
              (key) => statement[key],
            );
            return isGroup
              ? overrideAction !== undefined && action === undefined
              : action !== undefined && overrideAction === undefined;
          }),
      },
      {
        path: "defaultAction",
        expects: "either allow or block",
        holds: ({ defaultAction }) =>
          !isObject(defaultAction) ||
          (defaultAction.allow === undefined) !== (defaultAction.block === undefined),
      },
    ],
  },
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    source: `${API}, AssociateWebACL`,
    properties: {
      webAclArn: WEB_ACL,
      resourceArn: arnOf("(elasticloadbalancing|apigateway|appsync|cognito-idp|apprunner|ec2|amplify)"),
    },
  },
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {
    source: `${API}, PutLoggingConfiguration; AWS WAF Developer Guide, logging destinations`,
    properties: {
      resourceArn: WEB_ACL,
      logDestinationConfigs: items(1, 1),
      "logDestinationConfigs[]": matches(
        /^arn:aws[a-z-]*:(logs:[^:]*:[^:]*:log-group:|s3:::|firehose:[^:]*:[^:]*:deliverystream\/)aws-waf-logs-/,
        "the ARN of a log group, bucket or delivery stream whose name begins with aws-waf-logs-",
      ),
      "loggingFilter.defaultBehavior": oneOf("KEEP", "DROP"),
      "loggingFilter.filters[].behavior": oneOf("KEEP", "DROP"),
      "loggingFilter.filters[].requirement": oneOf("MEETS_ALL", "MEETS_ANY"),
    },
  },
};
