// refuse secrets-as-files | a token that a machine starts with
import * as aws from "@pulumi/aws";

new aws.ec2.LaunchTemplate("runner", {
  userData: Buffer.from("#!/bin/sh\nexport RUNNER_TOKEN=horse-battery\n").toString("base64"),
});
