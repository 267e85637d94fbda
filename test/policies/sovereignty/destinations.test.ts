import assert from "node:assert/strict";
import { awsProvider, judgeBy, named, resource, UNKNOWN } from "../pack.ts";

const FIREHOSE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const OWN = "arn:aws:s3:::results";
const bucket = named("results", "aws:s3/bucket:Bucket", {
  bucket: "results",
  arn: OWN,
});
/** Shows that the account 000000000000 is the bank's own. */
const topic = named("topic", "aws:sns/topic:Topic", { arn: "arn:aws:sns:ap-southeast-2:000000000000:t" });
const target = (arn: string) => ({ rule: "r", arn });

const AWAY: [type: string, inputs: Record<string, unknown>, reason: RegExp][] = [
  [
    FIREHOSE,
    { extendedS3Configuration: { bucketArn: "arn:aws:s3:::partner" } },
    /copies to the bucket partner/,
  ],
  [FIREHOSE, { httpEndpointConfiguration: { url: "https://logs.vendor.example/in" } }, /sends to .*vendor/],
  ["aws:dynamodb/tableExport:TableExport", { s3Bucket: "partner" }, /s3Bucket copies/],
  ["aws:rds/exportTask:ExportTask", { s3BucketName: "partner" }, /s3BucketName copies/],
  ["aws:datasync/s3Location:S3Location", { s3BucketArn: "arn:aws:s3:::partner" }, /s3BucketArn copies/],
  [
    "aws:datasync/locationObjectStorage:LocationObjectStorage",
    { serverHostname: "storage.example" },
    /sends to/,
  ],
  ["aws:appflow/flow:Flow", { destinationFlowConfigs: [{ connectorType: "Salesforce" }] }, /Salesforce/],
  [
    "aws:backup/plan:Plan",
    {
      rules: [
        {
          copyActions: [{ destinationVaultArn: "arn:aws:backup:ap-southeast-2:999999999999:backup-vault:v" }],
        },
      ],
    },
    /destinationVaultArn is in the account 999999999999/,
  ],
  [
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    { destinationArn: "arn:aws:logs:ap-southeast-2:999999999999:destination:d" },
    /999999999999/,
  ],
  [
    "aws:cloudwatch/eventTarget:EventTarget",
    target("arn:aws:events:ap-southeast-2:999999999999:event-bus/b"),
    /arn is in the account 999999999999/,
  ],
  [
    "aws:athena/workgroup:Workgroup",
    { configuration: { resultConfiguration: { outputLocation: "s3://partner/x" } } },
    /partner/,
  ],
];

describe("policy aws-region-ap-southeast-2, on whither data is sent", () => {
  const judge = judgeBy("aws-region-ap-southeast-2");
  const home = awsProvider("ap-southeast-2");

  for (const [type, inputs, reason] of AWAY) {
    it(`refuses ${type} ${JSON.stringify(inputs).slice(0, 80)}`, async () => {
      const messages = await judge(home, topic, bucket, resource(type, inputs));
      assert.equal(messages.length, 1, messages.join("\n"));
      assert.match(messages[0] ?? "", reason);
    });
  }

  it("accepts the stack's own buckets and account", async () => {
    const own = [
      resource(FIREHOSE, { extendedS3Configuration: { bucketArn: OWN } }),
      named(
        "new",
        FIREHOSE,
        { extendedS3Configuration: { bucketArn: UNKNOWN } },
        { extendedS3Configuration: [bucket] },
      ),
      named("export", "aws:dynamodb/tableExport:TableExport", { s3Bucket: "results" }),
      named("queries", "aws:athena/workgroup:Workgroup", {
        configuration: { resultConfiguration: { outputLocation: "s3://results/athena/" } },
      }),
      named(
        "bus",
        "aws:cloudwatch/eventTarget:EventTarget",
        target("arn:aws:sqs:ap-southeast-2:000000000000:q"),
      ),
      named("mapping", "aws:lambda/eventSourceMapping:EventSourceMapping", {
        eventSourceArn: "arn:aws:kinesis:ap-southeast-2:999999999999:stream/s",
      }),
    ];
    assert.deepEqual(await judge(home, topic, bucket, ...own), []);
  });
});
