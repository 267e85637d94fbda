import {
  arnOf,
  atLeast,
  between,
  characters,
  document,
  items,
  KEY_ARN,
  matches,
  numbers,
  oneOf,
  type Rule,
  type Table,
  unless,
} from "./rule.ts";

const LOGS = "Amazon CloudWatch Logs API Reference 2014-03-28";

const LOG_GROUP: Rule[] = [
  characters(1, 512),
  matches(/^[.\-_/#A-Za-z0-9]*$/, "letters, digits and ._-/#"),
  unless(/^aws\//, "a name that doesn't begin with aws/"),
];

/** PutRetentionPolicy's days; 0 is the provider's word for ever. */
const RETENTION = oneOf(
  ...[0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
  ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
);

const STATISTIC = oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum");

const PERIOD: Rule = {
  expects: "10, 20, 30 or a multiple of 60",
  holds: (value) => [10, 20, 30].includes(Number(value)) || (Number(value) >= 60 && Number(value) % 60 === 0),
};

const NAMESPACE: Rule[] = [characters(1, 255), unless(/^:/, "a namespace that doesn't begin with a colon")];

export const observability: Table = {
  "aws:cloudwatch/logGroup:LogGroup": {
    source: `${LOGS}, CreateLogGroup and PutRetentionPolicy`,
    automatic: { property: "name" },
    properties: {
      name: LOG_GROUP,
      retentionInDays: RETENTION,
      logGroupClass: oneOf("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
      kmsKeyId: KEY_ARN,
    },
  },
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": {
    source: `${LOGS}, PutSubscriptionFilter`,
    automatic: { property: "name" },
    properties: {
      name: [characters(1, 512), unless(/[:*]/, "no colon and no asterisk")],
      filterPattern: characters(0, 1024),
      destinationArn: arnOf("(firehose|kinesis|lambda|logs)"),
      roleArn: arnOf("iam", "role/"),
      distribution: oneOf("Random", "ByLogStream"),
      logGroup: LOG_GROUP,
    },
  },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {
    source: `${LOGS}, PutResourcePolicy`,
    properties: { policyName: characters(1, 255), policyDocument: document(5120) },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    source: "Amazon CloudWatch API Reference 2010-08-01, PutMetricAlarm",
    automatic: { property: "name" },
    properties: {
      name: characters(1, 255),
      alarmDescription: characters(0, 1024),
      comparisonOperator: oneOf(
        ...["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold"],
        ...[
          "LessThanOrEqualToThreshold",
          "LessThanLowerOrGreaterThanUpperThreshold",
          "LessThanLowerThreshold",
        ],
        "GreaterThanUpperThreshold",
      ),
      evaluationPeriods: atLeast(1),
      datapointsToAlarm: atLeast(1),
      period: PERIOD,
      namespace: NAMESPACE,
      metricName: characters(1, 255),
      statistic: STATISTIC,
      extendedStatistic: matches(
        /^(p(\d{1,2}(\.\d+)?|100)|(tm|wm|tc|ts|pr|IQM).*)$/i,
        "a statistic such as p99",
      ),
      treatMissingData: oneOf("missing", "ignore", "breaching", "notBreaching"),
      evaluateLowSampleCountPercentiles: oneOf("evaluate", "ignore"),
      alarmActions: items(0, 5),
      okActions: items(0, 5),
      insufficientDataActions: items(0, 5),
      "alarmActions[]": characters(1, 1024),
      "okActions[]": characters(1, 1024),
      "dimensions.*": characters(1, 1024),
      metricQueries: items(1, 20),
      "metricQueries[].id": [
        characters(1, 255),
        matches(/^[a-z]\w*$/, "a lower-case letter first, then letters, digits and _"),
      ],
      "metricQueries[].expression": characters(1, 2048),
      "metricQueries[].period": PERIOD,
      "metricQueries[].metric.namespace": NAMESPACE,
      "metricQueries[].metric.metricName": characters(1, 255),
      "metricQueries[].metric.period": PERIOD,
      "metricQueries[].metric.dimensions.*": characters(1, 1024),
    },
    together: [
      {
        path: "datapointsToAlarm",
        expects: "at most evaluationPeriods",
        holds: (inputs) => {
          const [points = 0, periods = 1] = numbers(inputs, "datapointsToAlarm", "evaluationPeriods") ?? [];
          return points <= periods;
        },
      },
      {
        path: "evaluationPeriods",
        expects:
          "period * evaluationPeriods of at most a day, or of a week where the period is an hour or more",
        holds: (inputs) => {
          const [period = 0, periods = 0] = numbers(inputs, "period", "evaluationPeriods") ?? [];
          return period * periods <= (period >= 3600 ? 604_800 : 86_400);
        },
      },
      {
        path: "metricQueries",
        expects: "either a metricName or metricQueries of which one alone has returnData",
        holds: ({ metricName, metricQueries }) => {
          if (!Array.isArray(metricQueries) || metricQueries.length === 0) return metricName !== undefined;
          const returned = metricQueries.filter((query) => query?.returnData === true);
          return metricName === undefined && (returned.length === 1 || metricQueries.length === 1);
        },
      },
    ],
  },
  "aws:cloudtrail/trail:Trail": {
    source: "AWS CloudTrail API Reference 2013-11-01, CreateTrail and AdvancedFieldSelector",
    automatic: { property: "name" },
    properties: {
      name: [
        characters(3, 128),
        matches(
          /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/,
          "letters, digits and ._-, a letter or digit at both ends",
        ),
        unless(/[._-]{2}/, "no two of ._- together"),
        unless(/^\d+(\.\d+){3}$/, "a name that isn't an IP address"),
      ],
      s3BucketName: characters(3, 63),
      s3KeyPrefix: characters(0, 200),
      kmsKeyId: matches(/^(arn:aws[a-z-]*:kms:|alias\/|[0-9a-f-]{36}$)/, "a key's ARN, id or alias"),
      cloudWatchLogsGroupArn: matches(
        /^arn:aws[a-z-]*:logs:[^:]*:[^:]*:log-group:[^:]+:\*$/,
        "a log group's ARN that ends with :*",
      ),
      cloudWatchLogsRoleArn: arnOf("iam", "role/"),
      "advancedEventSelectors[].name": characters(0, 1000),
      "advancedEventSelectors[].fieldSelectors": items(1, 500),
      "advancedEventSelectors[].fieldSelectors[].field": oneOf(
        ...[
          "readOnly",
          "eventSource",
          "eventName",
          "eventCategory",
          "eventType",
          "errorCode",
          "vpcEndpointId",
        ],
        ...["resources.type", "resources.ARN", "sessionCredentialFromConsole", "userIdentity.arn"],
      ),
      "advancedEventSelectors[].fieldSelectors[].equals[]": characters(1, 2048),
      "advancedEventSelectors[].fieldSelectors[].startsWiths[]": characters(1, 2048),
      "insightSelectors[].insightType": oneOf("ApiCallRateInsight", "ApiErrorRateInsight"),
    },
    together: [
      {
        path: "cloudWatchLogsRoleArn",
        expects: "both cloudWatchLogsGroupArn and cloudWatchLogsRoleArn, or neither",
        holds: ({ cloudWatchLogsGroupArn: group, cloudWatchLogsRoleArn: role }) =>
          (group === undefined) === (role === undefined),
      },
    ],
  },
  "aws:sns/topic:Topic": {
    source: "Amazon SNS API Reference 2010-03-31, CreateTopic",
    automatic: { property: "name" },
    properties: {
      name: [
        characters(1, 256),
        matches(/^[A-Za-z0-9_-]*(\.fifo)?$/, "letters, digits, hyphens and underscores"),
      ],
      displayName: characters(0, 100),
      kmsMasterKeyId: characters(1, 2048),
      policy: document(30720),
    },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    source: "Amazon SNS API Reference 2010-03-31, SetTopicAttributes",
    properties: { arn: arnOf("sns"), policy: document(30720) },
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    source: "Amazon SNS API Reference 2010-03-31, Subscribe",
    properties: {
      topic: arnOf("sns"),
      protocol: oneOf(
        ...["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"],
      ),
    },
    together: [
      {
        path: "endpoint",
        expects:
          "an endpoint of the protocol's form: an address for email, a URL for http and https, else an ARN",
        holds: ({ protocol, endpoint }) => {
          const form = ENDPOINTS[String(protocol)];
          return typeof endpoint !== "string" || form === undefined || form.test(endpoint);
        },
      },
    ],
  },
  "aws:amp/workspace:Workspace": {
    source: "Amazon Managed Service for Prometheus API Reference 2020-08-01, CreateWorkspace",
    properties: {
      alias: characters(1, 100),
      kmsKeyArn: KEY_ARN,
      "loggingConfiguration.logGroupArn": matches(
        /^arn:aws[a-z-]*:logs:.+:\*$/,
        "a log group's ARN that ends with :*",
      ),
    },
  },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
    source: "Amazon Data Firehose API Reference 2015-08-04, CreateDeliveryStream",
    automatic: { property: "name" },
    properties: {
      name: [characters(1, 64), matches(/^[a-zA-Z0-9_.-]*$/, "letters, digits and _.-")],
      destination: oneOf(
        ...["extended_s3", "redshift", "opensearch", "opensearchserverless", "splunk", "http_endpoint"],
        ...["snowflake", "iceberg", "elasticsearch"],
      ),
      "extendedS3Configuration.bucketArn": arnOf("s3"),
      "extendedS3Configuration.roleArn": arnOf("iam", "role/"),
      "extendedS3Configuration.bufferingInterval": between(0, 900),
      "extendedS3Configuration.bufferingSize": between(1, 128),
      "extendedS3Configuration.compressionFormat": oneOf(
        ...["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"],
      ),
      "extendedS3Configuration.prefix": characters(0, 1024),
      "extendedS3Configuration.errorOutputPrefix": characters(0, 1024),
      "extendedS3Configuration.kmsKeyArn": KEY_ARN,
      "serverSideEncryption.keyType": oneOf("AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"),
    },
  },
};

const ENDPOINTS: Record<string, RegExp> = {
  email: /^[^@\s]+@[^@\s]+$/,
  "email-json": /^[^@\s]+@[^@\s]+$/,
  http: /^http:\/\//,
  https: /^https:\/\//,
  sqs: /^arn:/,
  lambda: /^arn:/,
  firehose: /^arn:/,
};
