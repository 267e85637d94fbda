import assert from "node:assert/strict";
import { Outputs } from "../../../config/index.ts";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const CERTIFICATE = "aws:acm/certificate:Certificate";
const RECORD = "aws:route53/record:Record";
const CLIENT = "aws:cognito/userPoolClient:UserPoolClient";
const DOMAIN = "trade.broker.com.au";

/** The certificates of the public address: the internal balancer always has one of its own. */
const publicOnes = (graph: Graph, type: string) =>
  ofType(graph, type).filter(({ name }) => !name.startsWith("internal-"));

const outputsOf = (graph: Graph) => Outputs.parse(reveal(graph.outputs));
const servedWith = (graph: Graph) =>
  inputsOf(graph, "aws:lb/listener:Listener", "public-https").certificateArn as string;

/** A stack with the values that the README names, and nothing of what Pulumi.prod.yaml suggests in their place. */
const prod = (...more: string[]) => graphOf("prod", 'trizone:alarmEmails=["oncall@broker.com.au"]', ...more);

describe("the public address on the evaluated graph", () => {
  it("is the balancer's own without a domain, under TLS all the same, so that users can sign in", async () => {
    for (const graph of [await graphOf("dev"), await prod()]) {
      const { publicUrl, loadBalancers, leftToDo } = outputsOf(graph);
      assert.equal(publicUrl, `https://${loadBalancers.public.dnsName}`);
      assert.deepEqual(inputsOf(graph, CLIENT).callbackUrls, [`${publicUrl}/callback`]);
      assert.deepEqual(inputsOf(graph, CLIENT).logoutUrls, [`${publicUrl}/`]);
      const [certificate] = publicOnes(graph, CERTIFICATE);
      assert.equal(servedWith(graph), certificate?.outputs.arn);
      const [signed] = publicOnes(graph, "tls:index/selfSignedCert:SelfSignedCert");
      assert.deepEqual(signed?.inputs.dnsNames, [loadBalancers.public.dnsName]);
      assert.ok(leftToDo.some((step) => /^Set trizone:domain and trizone:hostedZoneId/.test(step)));
      assert.deepEqual(ofType(graph, RECORD), []);
    }
  });

  it("keeps the certificate's key out of the graph's plain values", async () => {
    const [key] = ofType(await graphOf("dev"), "tls:index/privateKey:PrivateKey");
    assert.ok(key?.options.additionalSecretOutputs?.includes("privateKeyPem"));
    const [certificate] = ofType(await graphOf("dev"), CERTIFICATE);
    assert.notEqual(typeof certificate?.inputs.privateKey, "string");
  });

  it("has its certificate and its record of the zone that is named", async () => {
    const graph = await prod(`trizone:domain=${DOMAIN}`, "trizone:hostedZoneId=Z0123456789ABCDEFGHIJ");
    const { publicUrl, apiUrl, loadBalancers, leftToDo } = outputsOf(graph);
    assert.deepEqual([publicUrl, apiUrl], [`https://${DOMAIN}`, `https://${DOMAIN}/api`]);
    assert.deepEqual(inputsOf(graph, CLIENT).callbackUrls, [`https://${DOMAIN}/callback`]);
    const [certificate] = publicOnes(graph, CERTIFICATE);
    assert.deepEqual([certificate?.inputs.domainName, certificate?.inputs.validationMethod], [DOMAIN, "DNS"]);
    const [proof] = certificate?.outputs.domainValidationOptions as [
      { resourceRecordName: string; resourceRecordValue: string },
    ];
    const proven = inputsOf(graph, RECORD, "domain-proof");
    assert.deepEqual(
      [proven.zoneId, proven.name, proven.type, proven.records],
      ["Z0123456789ABCDEFGHIJ", proof.resourceRecordName, "CNAME", [proof.resourceRecordValue]],
    );
    // A listener takes the certificate once it is issued.
    assert.equal(servedWith(graph), certificate?.outputs.arn);
    assert.equal(
      inputsOf(graph, "aws:acm/certificateValidation:CertificateValidation").certificateArn,
      certificate?.outputs.arn,
    );
    const { name, type, aliases } = inputsOf(graph, RECORD, "domain-record");
    const [balancer] = ofType(graph, "aws:lb/loadBalancer:LoadBalancer").filter(
      ({ outputs }) => outputs.arn === loadBalancers.public.arn,
    );
    assert.deepEqual(
      [name, type, aliases],
      [
        DOMAIN,
        "A",
        [
          {
            name: loadBalancers.public.dnsName,
            zoneId: balancer?.outputs.zoneId,
            evaluateTargetHealth: true,
          },
        ],
      ],
    );
    assert.deepEqual(
      leftToDo.filter((step) => /domain|point/.test(step)),
      [],
    );
    assert.deepEqual(publicOnes(graph, "tls:index/privateKey:PrivateKey"), []);
  });

  it("says what to point where when the domain is in no zone of the account", async () => {
    const given = "arn:aws:acm:ap-southeast-2:111111111111:certificate/11111111-1111-4111-8111-111111111111";
    const graph = await prod(`trizone:domain=${DOMAIN}`, `trizone:certificateArn=${given}`);
    const { publicUrl, loadBalancers, leftToDo } = outputsOf(graph);
    assert.deepEqual([servedWith(graph), publicUrl], [given, `https://${DOMAIN}`]);
    assert.ok(leftToDo.some((step) => step.includes(`point ${DOMAIN} to ${loadBalancers.public.dnsName}`)));
    assert.deepEqual([ofType(graph, RECORD), publicOnes(graph, CERTIFICATE)], [[], []]);
  });

  it("is told of addresses that reach nobody, as the stack comes", async () => {
    const { leftToDo } = outputsOf(await graphOf("prod"));
    assert.ok(leftToDo.some((step) => /oncall@broker\.example can't be reached/.test(step)));
  });
});
