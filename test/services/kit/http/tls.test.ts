import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { keepCertificate, readCertificate } from "../../../../services/kit/http/certificate.ts";
import { PodServer } from "../../../../services/kit/http/server.ts";
import { testApp } from "../../../support/app.ts";
import { TestAuthority } from "../../../support/certificates.ts";
import { type RunningPod, startPod } from "../../../support/pod.ts";

/** The way of a token from the public balancer on: `web`, the internal balancer (here an app), TLS all along. */
describe("a pod with a certificate", () => {
  let authority: TestAuthority;
  let api: PodServer;
  let apiUrl = "";
  before(async () => {
    authority = await TestAuthority.create();
    const { pod, app } = testApp();
    app.get("/api/orders", (c) => c.json({ token: c.req.header("authorization") }));
    api = new PodServer(pod, app, await authority.issue(["127.0.0.1"]));
    apiUrl = `https://127.0.0.1:${await api.listen(0, "127.0.0.1")}`;
  });
  after(async () => {
    await api.drain(1000);
    await authority.remove();
  });

  const startWeb = async (env: Record<string, string>) =>
    startPod("web", {
      API_URL: apiUrl,
      ISSUER: "https://issuer.example",
      CLIENT_ID: "page",
      TLS_PATH: await authority.issue(["127.0.0.1"]),
      API_CERTIFICATE: authority.root,
      ...env,
    });
  const get = (pod: RunningPod, options: { ca?: string; maxVersion?: "TLSv1.1" | "TLSv1.2" } = {}) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const url = `${pod.url.replace("http:", "https:")}/api/orders`;
      const headers = { authorization: "Bearer secret" };
      const answer = (response: IncomingMessage) =>
        response.toArray().then((parts) => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() });
        }, reject);
      request(url, { ca: authority.root, agent: false, headers, ...options }, answer)
        .on("error", reject)
        .end();
    });

  it("answers over TLS, and calls on over TLS", async () => {
    const web = await startWeb({});
    const { status, text } = await get(web);
    assert.deepEqual([status, JSON.parse(text)], [200, { token: "Bearer secret" }]);
    assert.equal((await get(web, { maxVersion: "TLSv1.2" })).status, 200, "balancers may speak TLS 1.2");
    await assert.rejects(get(web, { maxVersion: "TLSv1.1" }), /ssl|tls|alert|version/i);
    await assert.rejects(fetch(`${web.url}/api/orders`), /fetch failed/, "plain HTTP isn't answered");
    assert.equal((await fetch(`${web.admin}/readyz`)).status, 200, "probes stay plain");
    await web.stop();
  });

  it("trusts the authority of the cluster's pods by Node's own variable", async () => {
    const web = await startWeb({ API_CERTIFICATE: "", NODE_EXTRA_CA_CERTS: authority.rootFile });
    assert.equal((await get(web)).status, 200);
    await web.stop();
  });

  it("sends nothing to a server whose certificate is another's, or of another authority", async () => {
    const misnamed = await startWeb({ API_URL: apiUrl.replace("127.0.0.1", "localhost") });
    assert.equal((await get(misnamed)).status, 502);
    await misnamed.stop();
    const untrusting = await startWeb({ API_CERTIFICATE: "" });
    assert.equal((await get(untrusting)).status, 502);
    await untrusting.stop();
  });

  it("doesn't start without one", async () => {
    await assert.rejects(
      startWeb({ TLS_PATH: join(authority.rootFile, "..", "nowhere") }),
      /ENOENT|tls\.crt/,
    );
  });

  it("takes a renewed one up, and keeps the old one while the new one is no pair", async () => {
    const folder = await authority.issue(["127.0.0.1"]);
    const { promise: failed, resolve: onError } = Promise.withResolvers<unknown>();
    const { promise: renewed, resolve: onRenewal } = Promise.withResolvers<{ cert: Buffer }>();
    const stop = keepCertificate(folder, readCertificate(folder), { onError, onRenewal }, 20);
    await writeFile(join(folder, "tls.crt"), "half written");
    assert.ok((await failed) instanceof Error);
    await authority.issue(["127.0.0.1"], folder);
    assert.match((await renewed).cert.toString(), /BEGIN CERTIFICATE/);
    stop();
  });
});
