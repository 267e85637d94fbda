import { type Answer, arn, autoName, derived, text, uuid } from "./naming.ts";

/** For types of which the ARN doesn't have the usual form: how AWS makes it, of the name and a made-up id. */
const byArn =
  (service: string, path: (name: string, id: string) => string): Answer =>
  ({ urn, name: logical, inputs }, { region }) => {
    const [name, id] = [text(inputs, "name") ?? autoName(urn, logical), uuid(urn)];
    const own = arn(service, region, path(name, id));
    return { id: own, outputs: { name, arn: own } };
  };

/** A web ACL's id is no ARN. */
const webAcl: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const [name, id] = [text(inputs, "name") ?? autoName(urn, logical), uuid(urn)];
  const scope = inputs.scope === "CLOUDFRONT" ? "global" : "regional";
  return { id, outputs: { name, arn: arn("wafv2", region, `${scope}/webacl/${name}/${id}`) } };
};

/** A Lambda function is known by its name. */
const lambda: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  return { id: name, outputs: { name, arn: arn("lambda", region, `function:${name}`) } };
};

const zone: Answer = ({ urn, inputs }) => {
  const zoneId = `Z${derived(urn, 20, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}`;
  const nameServers = [1, 2, 3, 4].map((number) => `ns-${number}.awsdns-${number}0.example`);
  const own = `arn:aws:route53:::hostedzone/${zoneId}`;
  return { id: zoneId, outputs: { zoneId, name: inputs.name, nameServers, arn: own } };
};

export const ownArns: Record<string, Answer> = {
  "aws:wafv2/webAcl:WebAcl": webAcl,
  "aws:lambda/function:Function": lambda,
  "aws:route53/zone:Zone": zone,
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": byArn(
    "firehose",
    (name) => `deliverystream/${name}`,
  ),
  "aws:acmpca/certificateAuthority:CertificateAuthority": byArn(
    "acm-pca",
    (_, id) => `certificate-authority/${id}`,
  ),
};
