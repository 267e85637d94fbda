import assert from "node:assert/strict";
import { Hono } from "hono";
import { pino } from "pino";
import { Actor, type Mode } from "../../../services/guard/actor.ts";
import type { Decision } from "../../../services/guard/core/guard.ts";
import { Guard } from "../../../services/guard/core/guard.ts";
import { Decisions } from "../../../services/guard/decisions.ts";
import { openFailOver } from "../../../services/guard/moves/failover.ts";
import type { Shifts } from "../../../services/guard/moves/shifts.ts";
import { listen } from "./stand-ins.ts";

const HOST = "trizone-prod-database.abc123.ap-southeast-2.rds.amazonaws.com";
const B = "ap-southeast-2b";

describe("a failover of the database by the guard", () => {
  const ask = async (answer: (form: Record<string, unknown>, authorization: string) => Response) => {
    const app = new Hono();
    app.post("/", async (c) => answer(await c.req.parseBody(), c.req.header("authorization") ?? ""));
    const server = await listen(app.fetch);
    try {
      const failOver = openFailOver({
        SIGNALS_URL: "kubernetes+https://kubernetes.default.svc",
        RDS_ENDPOINT: server.url,
        DATABASE_HOST: HOST,
        REGION: "ap-southeast-2",
      });
      await failOver?.();
    } finally {
      await server.close();
    }
  };

  it("is a reboot of RDS's instance with failover, signed for RDS", async () => {
    const asked: Record<string, unknown>[] = [];
    await ask((form, authorization) => {
      asked.push({ ...form });
      assert.match(
        authorization,
        /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/ap-southeast-2\/rds\/aws4_request/,
      );
      return new Response("<RebootDBInstanceResponse/>");
    });
    assert.deepEqual(asked, [
      {
        Action: "RebootDBInstance",
        Version: "2014-10-31",
        DBInstanceIdentifier: "trizone-prod-database",
        ForceFailover: "true",
      },
    ]);
  });

  it("fails with RDS's own words", async () => {
    const refused = ask(
      () =>
        new Response(
          "<ErrorResponse><Error><Code>InvalidDBInstanceState</Code><Message>It is not available.</Message></Error></ErrorResponse>",
          { status: 400 },
        ),
    );
    await assert.rejects(refused, /^Error: RDS answered InvalidDBInstanceState: It is not available\.$/);
    await assert.rejects(
      ask(() => new Response("", { status: 503 })),
      /RDS answered status 503/,
    );
  });

  /** What becomes of a shift away from zone b, seconds after it began. */
  const play = async (own: boolean, mode: Mode, primaryZone: string | undefined, fails = false) => {
    let calls = 0;
    const decisions = new Decisions("guard-a");
    const actor = new Actor({
      ...{ mode, decisions, guard: new Guard(), log: pino({ level: "silent" }) },
      shifts: { active: [{ zone: B, expiresAt: 0, own }], isPartial: false } as unknown as Shifts,
      failOver: async () => {
        calls += 1;
        if (fails) throw new Error("RDS is away");
      },
    });
    const decision = { at: 1, action: { kind: "none" }, findings: [], levels: {} } as unknown as Decision;
    for (let second = 0; second < 3; second += 1) await actor.act(decision, primaryZone);
    return { calls, kept: decisions.page(10).decisions.map(({ kind, reason }) => `${kind} ${reason}`) };
  };

  it("is made once, and only of a primary in a zone that the guard itself shifted away from", async () => {
    assert.deepEqual(await play(true, "act", B), { calls: 1, kept: ["failover done"] });
    assert.deepEqual(await play(true, "act", "ap-southeast-2a"), { calls: 0, kept: [] });
    assert.deepEqual(await play(true, "act", undefined), { calls: 0, kept: [] });
    assert.deepEqual(await play(false, "act", B), { calls: 0, kept: [] });
    assert.deepEqual(await play(true, "recommend", B), { calls: 0, kept: [] });
  });

  it("is said where it fails, and not tried again at once", async () => {
    assert.deepEqual(await play(true, "act", B, true), { calls: 1, kept: ["failover failed"] });
  });
});
