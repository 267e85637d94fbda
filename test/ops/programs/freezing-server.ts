import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Answers each request after so many milliseconds, and does nothing at all for the first part of each second, as a
 * process whose memory is being collected. Writes its port as its first line. /answered says when each request was
 * answered, in milliseconds since 1970, the first first.
 */
const [delayMs = 0, frozenMs = 0] = process.argv.slice(2).map(Number);
const answered: number[] = [];

const server = createServer(({ url }, response) => {
  if (url === "/answered") {
    response.end(JSON.stringify(answered));
    return;
  }
  const answer = () => {
    answered.push(performance.timeOrigin + performance.now());
    response.end("ok");
  };
  if (delayMs === 0) answer();
  // A timer fires about a millisecond late.
  else setTimeout(answer, delayMs - 1);
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  freezeNext(Math.ceil(performance.now() / 1000) * 1000);
});

function freezeNext(at: number): void {
  setTimeout(
    () => {
      while (performance.now() < at + frozenMs);
      freezeNext(at + 1000);
    },
    Math.max(0, at - performance.now()),
  );
}
