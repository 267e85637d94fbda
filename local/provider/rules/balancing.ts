import {
  arnOf,
  atLeast,
  between,
  characters,
  ec2Id,
  isKnown,
  items,
  matches,
  numbers,
  oneOf,
  type Rule,
  type Table,
  unless,
} from "./rule.ts";

const API = "Elastic Load Balancing API Reference 2015-12-01";

const NAME: Rule[] = [
  characters(1, 32),
  matches(/^[a-zA-Z0-9-]*$/, "letters, digits and hyphens only"),
  unless(/^-|-$/, "no hyphen at its beginning or end"),
];

const PROTOCOL = oneOf("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC");

/** What a listener or a rule does with a request; `at` is the list's property. */
function actions(at: string): Record<string, Rule | Rule[]> {
  return {
    [`${at}[].type`]: oneOf(
      ...["forward", "redirect", "fixed-response", "authenticate-cognito", "authenticate-oidc"],
      "jwt-validation",
    ),
    [`${at}[].order`]: between(1, 50000),
    [`${at}[].targetGroupArn`]: arnOf("elasticloadbalancing", "targetgroup/"),
    [`${at}[].fixedResponse.statusCode`]: matches(/^[245]\d\d$/, "2XX, 4XX or 5XX"),
    [`${at}[].fixedResponse.contentType`]: oneOf(
      ...["text/plain", "text/css", "text/html", "application/javascript", "application/json"],
    ),
    [`${at}[].fixedResponse.messageBody`]: characters(0, 1024),
    [`${at}[].redirect.statusCode`]: oneOf("HTTP_301", "HTTP_302"),
    [`${at}[].redirect.protocol`]: oneOf("HTTP", "HTTPS", "#{protocol}"),
    [`${at}[].redirect.port`]: matches(/^(#\{port\}|\d{1,5})$/, "a port or #{port}"),
    [`${at}[].forward.targetGroups`]: items(1, 5),
    [`${at}[].forward.targetGroups[].weight`]: between(0, 999),
    [`${at}[].forward.stickiness.duration`]: between(1, 604800),
  };
}

export const balancing: Table = {
  "aws:lb/loadBalancer:LoadBalancer": {
    source: `${API}, CreateLoadBalancer and LoadBalancerAttribute`,
    automatic: { property: "name" },
    properties: {
      name: [...NAME, unless(/^internal-/, 'a name that doesn\'t begin with "internal-"')],
      loadBalancerType: oneOf("application", "network", "gateway"),
      ipAddressType: oneOf("ipv4", "dualstack", "dualstack-without-public-ipv4"),
      idleTimeout: between(1, 4000),
      clientKeepAlive: between(60, 604800),
      desyncMitigationMode: oneOf("monitor", "defensive", "strictest"),
      xffHeaderProcessingMode: oneOf("append", "preserve", "remove"),
      "securityGroups[]": ec2Id("sg"),
      "subnets[]": ec2Id("subnet"),
      "minimumLoadBalancerCapacity.capacityUnits": atLeast(100),
      "accessLogs.prefix": unless(
        /AWSLogs|^\/|\/$/,
        "a prefix without AWSLogs and without slashes at its ends",
      ),
    },
    together: [
      {
        path: "subnets",
        expects: "subnets in at least two availability zones for an application load balancer",
        holds: ({ subnets, loadBalancerType = "application" }) =>
          loadBalancerType !== "application" || !Array.isArray(subnets) || subnets.length >= 2,
      },
    ],
  },
  "aws:lb/targetGroup:TargetGroup": {
    source: `${API}, CreateTargetGroup and TargetGroupAttribute`,
    automatic: { property: "name" },
    properties: {
      name: NAME,
      port: between(1, 65535),
      protocol: PROTOCOL,
      protocolVersion: oneOf("HTTP1", "HTTP2", "GRPC"),
      targetType: oneOf("instance", "ip", "lambda", "alb"),
      vpcId: ec2Id("vpc"),
      deregistrationDelay: between(0, 3600),
      slowStart: {
        expects: "0 or 30 to 900",
        holds: (value) => value === 0 || between(30, 900).holds(value),
      },
      loadBalancingAlgorithmType: oneOf("round_robin", "least_outstanding_requests", "weighted_random"),
      "healthCheck.protocol": oneOf("HTTP", "HTTPS", "TCP"),
      "healthCheck.port": matches(/^(traffic-port|\d{1,5})$/, "a port or traffic-port"),
      "healthCheck.path": [characters(1, 1024), matches(/^\//, "a path that begins with /")],
      "healthCheck.interval": between(5, 300),
      "healthCheck.timeout": between(2, 120),
      "healthCheck.healthyThreshold": between(2, 10),
      "healthCheck.unhealthyThreshold": between(2, 10),
      "healthCheck.matcher": matches(/^\d{1,3}([,-]\d{1,3})*$/, "status codes such as 200 or 200-299"),
      "stickiness.type": oneOf(
        ...["lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"],
      ),
      "stickiness.cookieDuration": between(0, 604800),
    },
    together: [
      {
        path: "healthCheck.timeout",
        expects: "less than healthCheck.interval",
        holds: (inputs) => {
          const [timeout = 0, interval = 1] =
            numbers(inputs, "healthCheck.timeout", "healthCheck.interval") ?? [];
          return timeout < interval;
        },
      },
    ],
  },
  "aws:lb/listener:Listener": {
    source: `${API}, CreateListener and Action`,
    properties: {
      port: between(1, 65535),
      protocol: PROTOCOL,
      loadBalancerArn: arnOf("elasticloadbalancing", "loadbalancer/"),
      certificateArn: arnOf("(acm|iam)", "(certificate|server-certificate)/"),
      sslPolicy: matches(
        /^ELBSecurityPolicy-[A-Za-z0-9-]+$/,
        "a policy such as ELBSecurityPolicy-TLS13-1-3-2021-06",
      ),
      "mutualAuthentication.mode": oneOf("off", "passthrough", "verify"),
      ...actions("defaultActions"),
    },
    together: [
      {
        path: "certificateArn",
        expects: "a certificate for HTTPS and TLS, and none for other protocols",
        holds: ({ protocol, certificateArn }) =>
          !isKnown(protocol) ||
          ["HTTPS", "TLS"].includes(String(protocol)) === (certificateArn !== undefined),
      },
    ],
  },
  "aws:lb/listenerRule:ListenerRule": {
    source: `${API}, CreateRule and RuleCondition`,
    properties: {
      priority: between(1, 50000),
      listenerArn: arnOf("elasticloadbalancing", "listener/"),
      actions: items(1, 5),
      conditions: items(1, 5),
      "conditions[].pathPattern.values": items(1, 5),
      "conditions[].pathPattern.values[]": [
        characters(1, 128),
        matches(/^[A-Za-z0-9_\-.$/~"'@:+&*?]*$/, "letters, digits and _-.$/~\"'@:+&*? in a path"),
      ],
      "conditions[].hostHeader.values[]": characters(1, 128),
      "conditions[].httpHeader.httpHeaderName": characters(1, 40),
      "conditions[].sourceIp.values[]": matches(
        /^[0-9a-f.:]+\/\d+$/i,
        "a range of addresses such as 10.0.0.0/16",
      ),
      ...actions("actions"),
    },
  },
};
