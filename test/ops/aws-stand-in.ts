import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What was asked of the stand-in. */
export interface Asked {
  action: string;
  parameters: Record<string, string>;
  authorization: string;
}

/** A server that answers AWS's Query protocol: the XML of the action that `answer` gives, or its error with a status. */
export async function awsStandIn(
  answer: (asked: Asked) => { status?: number; xml: string },
): Promise<{ url: string; asked: Asked[] } & Disposable> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { Action: action = "", ...parameters } = Object.fromEntries(
      new URLSearchParams(await text(request)),
    );
    const one = { action, parameters, authorization: request.headers.authorization ?? "" };
    asked.push(one);
    const { status = 200, xml } = answer(one);
    response.writeHead(status, { "content-type": "text/xml" });
    response.end(
      status === 200
        ? `<${action}Response xmlns="http://example"><${action}Result>${xml}</${action}Result></${action}Response>`
        : `<ErrorResponse><Error>${xml}</Error></ErrorResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
