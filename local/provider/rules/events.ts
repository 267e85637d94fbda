import {
  arnOf,
  between,
  characters,
  document,
  items,
  KEY_ARN,
  matches,
  oneOf,
  type Rule,
  type Table,
} from "./rule.ts";

const SCHEDULER = "Amazon EventBridge Scheduler API Reference 2021-06-30";
const EVENTS = "Amazon EventBridge API Reference 2015-10-07";
const LAMBDA = "AWS Lambda API Reference 2015-03-31";
const ZONAL_SHIFT = "ARC Zonal Shift API Reference 2022-10-30";

const NAME: Rule[] = [characters(1, 64), matches(/^[0-9a-zA-Z\-_.]*$/, "letters, digits and -_.")];

const ROLE = arnOf("iam", "role/");

/** Fields of cron: minutes, hours, day of month, month, day of week, year; one of the two days is `?`. */
const CRON = "cron\\(\\S+ \\S+ (\\? \\S+ \\S+|\\S+ \\S+ \\?) \\S+\\)";
const RATE = "rate\\([1-9]\\d* (minute|hour|day)s?\\)";

const WINDOW = matches(
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):[0-5]\d-(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):[0-5]\d$/,
  "a window such as Mon:09:00-Mon:17:00",
);

export const events: Table = {
  "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration": {
    source: `${ZONAL_SHIFT}, CreatePracticeRunConfiguration and UpdateZonalAutoshiftConfiguration`,
    properties: {
      resourceArn: arnOf("(elasticloadbalancing|eks|autoscaling)"),
      zonalAutoshiftStatus: oneOf("ENABLED", "DISABLED"),
      outcomeAlarms: items(1, 10),
      blockingAlarms: items(0, 10),
      "outcomeAlarms[].type": oneOf("CLOUDWATCH"),
      "blockingAlarms[].type": oneOf("CLOUDWATCH"),
      "outcomeAlarms[].alarmIdentifier": [characters(8, 1024), arnOf("cloudwatch")],
      "blockingAlarms[].alarmIdentifier": [characters(8, 1024), arnOf("cloudwatch")],
      blockedWindows: items(0, 15),
      "blockedWindows[]": WINDOW,
      allowedWindows: items(0, 15),
      "allowedWindows[]": WINDOW,
      blockedDates: items(0, 15),
      "blockedDates[]": matches(/^\d{4}-\d{2}-\d{2}$/, "a date such as 2026-12-25"),
    },
    together: [
      {
        path: "allowedWindows",
        expects: "either blockedWindows or allowedWindows",
        holds: ({ blockedWindows, allowedWindows }) =>
          blockedWindows === undefined || allowedWindows === undefined,
      },
    ],
  },
  "aws:scheduler/schedule:Schedule": {
    source: `${SCHEDULER}, CreateSchedule`,
    automatic: { property: "name" },
    properties: {
      name: NAME,
      groupName: NAME,
      description: characters(0, 512),
      scheduleExpression: [
        characters(1, 256),
        matches(
          new RegExp(`^(${CRON}|${RATE}|at\\(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\))$`),
          "rate(), at() or cron() of six fields with ? for one of the days, such as cron(30 9 ? * MON-FRI *)",
        ),
      ],
      scheduleExpressionTimezone: [
        characters(1, 50),
        matches(/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)*$/, "a time zone such as Australia/Sydney"),
      ],
      state: oneOf("ENABLED", "DISABLED"),
      kmsKeyArn: KEY_ARN,
      "flexibleTimeWindow.mode": oneOf("OFF", "FLEXIBLE"),
      "flexibleTimeWindow.maximumWindowInMinutes": between(1, 1440),
      "target.arn": [
        characters(1, 1600),
        matches(/^arn:aws[a-z-]*:[a-z0-9-]+:[^:]*:[^:]*:.+$/, "a target's ARN"),
      ],
      "target.roleArn": ROLE,
      "target.input": document(262_144),
      "target.retryPolicy.maximumEventAgeInSeconds": between(60, 86400),
      "target.retryPolicy.maximumRetryAttempts": between(0, 185),
      "target.deadLetterConfig.arn": arnOf("sqs"),
    },
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": {
    source: `${SCHEDULER}, CreateScheduleGroup`,
    automatic: { property: "name" },
    properties: { name: NAME },
  },
  "aws:cloudwatch/eventRule:EventRule": {
    source: `${EVENTS}, PutRule`,
    automatic: { property: "name" },
    properties: {
      name: NAME,
      description: characters(0, 512),
      scheduleExpression: [
        characters(0, 256),
        matches(new RegExp(`^(${CRON}|${RATE})$`), "rate() or cron() of six fields"),
      ],
      eventPattern: document(4096),
      state: oneOf("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
      roleArn: ROLE,
    },
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    source: `${EVENTS}, PutTargets`,
    properties: {
      rule: NAME,
      targetId: NAME,
      arn: matches(/^arn:aws[a-z-]*:/, "a target's ARN"),
      input: document(8192),
      roleArn: ROLE,
    },
  },
  "aws:lambda/function:Function": {
    source: `${LAMBDA}, CreateFunction`,
    automatic: { property: "name" },
    properties: {
      name: [characters(1, 64), matches(/^[a-zA-Z0-9_-]*$/, "letters, digits, hyphens and underscores")],
      description: characters(0, 256),
      role: ROLE,
      handler: [characters(0, 128), matches(/^\S*$/, "no space")],
      runtime: matches(
        /^(nodejs|python|java|dotnet|ruby|provided|go)[a-z0-9.]*$/,
        "a runtime such as nodejs24.x",
      ),
      packageType: oneOf("Zip", "Image"),
      "architectures[]": oneOf("x86_64", "arm64"),
      memorySize: between(128, 10240),
      timeout: between(1, 900),
      "ephemeralStorage.size": between(512, 10240),
      "tracingConfig.mode": oneOf("Active", "PassThrough"),
      kmsKeyArn: KEY_ARN,
    },
  },
  "aws:lambda/permission:Permission": {
    source: `${LAMBDA}, AddPermission`,
    properties: {
      action: matches(/^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/, "an action such as lambda:InvokeFunction"),
      principal: characters(1, 256),
      statementId: [
        characters(1, 100),
        matches(/^[a-zA-Z0-9_-]*$/, "letters, digits, hyphens and underscores"),
      ],
      sourceAccount: matches(/^\d{12}$/, "an account of 12 digits"),
      sourceArn: matches(/^arn:aws[a-z-]*:/, "an ARN"),
    },
  },
  "aws:sqs/queue:Queue": {
    source: "Amazon SQS API Reference 2012-11-05, CreateQueue",
    automatic: { property: "name" },
    properties: {
      name: [
        characters(1, 80),
        matches(/^[a-zA-Z0-9_-]*(\.fifo)?$/, "letters, digits, hyphens and underscores"),
      ],
      delaySeconds: between(0, 900),
      maxMessageSize: between(1024, 1_048_576),
      messageRetentionSeconds: between(60, 1_209_600),
      receiveWaitTimeSeconds: between(0, 20),
      visibilityTimeoutSeconds: between(0, 43_200),
    },
  },
};
