import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { stackToken } from "../../../ops/platform/stack-token.ts";

describe("a token of a stack's user pool", () => {
  let server: Server;
  let answer: { status: number; body: object };
  let asked: { headers: IncomingMessage["headers"]; body: unknown } | undefined;
  const outputs = { issuer: "", clientId: "client", userPoolId: "pool", region: "ap-southeast-2" };

  before(async () => {
    server = createServer(async (request, response) => {
      asked = { headers: request.headers, body: await json(request) };
      response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    outputs.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("is asked for with the user's password and the caller's own signature", async () => {
    answer = { status: 200, body: { AuthenticationResult: { AccessToken: "token" } } };
    assert.equal(await stackToken(outputs, "alice", "secret"), "token");
    assert.deepEqual(asked?.body, {
      AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: "alice", PASSWORD: "secret" },
      ClientId: "client",
      UserPoolId: "pool",
    });
    assert.equal(asked?.headers["x-amz-target"], "AWSCognitoIdentityProviderService.AdminInitiateAuth");
    assert.match(asked?.headers.authorization ?? "", /\/ap-southeast-2\/cognito-idp\/aws4_request/);
  });

  it("says what the user must do when there is none", async () => {
    await assert.rejects(stackToken(outputs, "alice", undefined), /set TRIZONE_PASSWORD/);
    answer = { status: 200, body: { ChallengeName: "NEW_PASSWORD_REQUIRED" } };
    await assert.rejects(stackToken(outputs, "alice", "secret"), /must answer NEW_PASSWORD_REQUIRED first/);
    answer = { status: 400, body: { __type: "NotAuthorizedException" } };
    await assert.rejects(stackToken(outputs, "alice", "secret"), /refused to sign alice in: 400 .*NotAuth/);
  });
});
