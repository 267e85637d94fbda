import assert from "node:assert/strict";
import fc from "fast-check";
import { clock, until } from "../../../ops/capacity/until.ts";
import { awsStandIn } from "../aws-stand-in.ts";
import { CommandFixture } from "../command-fixture.ts";

const STATE =
  "<CapacityReservationState><member><AvailabilityZone>ap-southeast-2a</AvailabilityZone><State><Code>pending</Code></State></member></CapacityReservationState>";

const KUBECTL = (log: string) => `
const { appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, JSON.stringify(args) + "\\n");
const scaler = (name, minReplicas, annotations = {}) => ({ metadata: { name, annotations }, spec: { minReplicas, maxReplicas: 12 } });
if (args.includes("get")) console.log(JSON.stringify({ items: [
  scaler("trading", 3),
  scaler("guard", 10),
  scaler("web", 8, { "trizone.io/usual-minimum": "6" }),
] }));
`;

describe("trizone capacity", function () {
  this.timeout(60_000);

  it("reserves and releases capacity of both balancers by a signed call", async () => {
    using fixture = new CommandFixture();
    using aws = await awsStandIn(({ parameters }) => ({
      xml:
        parameters.ResetCapacityReservation === "true"
          ? ""
          : `<MinimumLoadBalancerCapacity><CapacityUnits>500</CapacityUnits></MinimumLoadBalancerCapacity>${STATE}`,
    }));
    const env = { AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: aws.url };
    const named = ["--outputs", fixture.outputsFile];
    const reserved = await fixture.run(["capacity", "reserve", "--lcu", "500", ...named], { env });
    assert.equal(reserved.code, 0, reserved.stderr);
    assert.match(reserved.stdout, /^public +500 +ap-southeast-2a pending$/m);
    assert.match(reserved.stdout, /^internal +500/m);
    const released = await fixture.run(["capacity", "release", "--json", ...named], { env });
    assert.deepEqual(
      JSON.parse(released.stdout).map(({ units }: { units: number }) => units),
      [0, 0],
    );
    const [first, , last] = aws.asked;
    assert.equal(first?.action, "ModifyCapacityReservation");
    assert.deepEqual(first.parameters, {
      Version: "2015-12-01",
      LoadBalancerArn: "arn:aws:elb:public",
      "MinimumLoadBalancerCapacity.CapacityUnits": "500",
    });
    assert.match(first.authorization, /\/ap-southeast-2\/elasticloadbalancing\/aws4_request/);
    assert.equal(last?.parameters.ResetCapacityReservation, "true");
  });

  it("says what AWS refused, and that a laptop has nothing to reserve", async () => {
    using fixture = new CommandFixture();
    using aws = await awsStandIn(() => ({
      status: 400,
      xml: "<Code>InsufficientCapacity</Code><Message>Too much.</Message>",
    }));
    const env = { AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: aws.url };
    const refused = await fixture.run(
      ["capacity", "reserve", "--lcu", "500", "--outputs", fixture.outputsFile],
      { env },
    );
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /refused ModifyCapacityReservation: InsufficientCapacity: Too much\./);
    const laptop = await fixture.run(["capacity", "release"]);
    assert.match(laptop.stderr, /nothing to reserve; name a stack/);
  });
});

describe("trizone prescale", function () {
  this.timeout(60_000);

  it("raises the autoscalers of a stack and gives them their usual minimum again", async () => {
    using fixture = new CommandFixture();
    const log = fixture.file("kubectl.log", "");
    fixture.program("kubectl", KUBECTL(log));
    const { readFileSync } = await import("node:fs");
    const patches = () =>
      readFileSync(log, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as string[])
        .filter((args) => args.includes("patch"))
        .map((args) => {
          const text = args.find((one) => one.startsWith("--patch="))?.slice(8) ?? "";
          return [args[args.indexOf("horizontalpodautoscaler") + 1], JSON.parse(text)];
        });
    const named = ["--outputs", fixture.outputsFile];
    const ended = await fixture.run(["prescale", "--end", ...named]);
    assert.match(ended.stdout, /^web +8 +6$/m);
    assert.deepEqual(patches(), [
      ["web", { metadata: { annotations: { "trizone.io/usual-minimum": null } }, spec: { minReplicas: 6 } }],
    ]);
    const { raise } = await import("../../../ops/capacity/prescale.ts");
    const { PATH } = process.env;
    process.env.PATH = `${fixture.folder}/bin:${PATH}`;
    try {
      const raised = await raise({ namespace: "trizone" }, 20);
      assert.deepEqual(
        raised.map(({ service, before, minimum }) => [service, before, minimum]),
        [
          ["trading", 3, 12],
          ["guard", 10, 12],
          ["web", 8, 12],
        ],
      );
    } finally {
      process.env.PATH = PATH;
    }
    const usual = patches().map(([name, { metadata }]) => [
      name,
      metadata.annotations["trizone.io/usual-minimum"],
    ]);
    assert.deepEqual(usual.slice(1), [
      ["trading", "3"],
      ["guard", "10"],
      ["web", "6"],
    ]);
  });

  it("takes the next such minute in Sydney, and no other text", () => {
    const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
    // A minute that daylight saving leaves out or has twice, at 2 to 3 o'clock, is another matter.
    const day = fc.date({ min: new Date("2026-01-01"), max: new Date("2030-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(minute, day, (at, now) => {
        const text = `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
        fc.pre(!text.startsWith("02"));
        const found = until(text, now.getTime());
        assert.equal(clock(found), text);
        assert.ok(found > now.getTime() && found <= now.getTime() + 25 * 3600_000);
      }),
      { numRuns: 30 },
    );
    assert.equal(until("30m", 0), 1_800_000);
    for (const wrong of ["", "25:00", "1d", "0m", "48h", "soon"])
      assert.throws(() => until(wrong), /no time such as/);
  });
});
