import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
class Store extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("basic:index:Store", name, {}, opts);
    const bucket = new aws.s3.Bucket(`${name}-bucket`, { tags: { secret: config.requireSecret("token") } }, { parent: this, protect: true });
    this.arn = bucket.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
const store = new Store("store");
const topic = new aws.sns.Topic("topic", { displayName: pulumi.interpolate`for ${store.arn}` });
export const arn = store.arn;
export const topicId = topic.id;
