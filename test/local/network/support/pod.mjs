// A pod for tests: answers with its name and what it was asked, and does what the path says.
import { createHash } from "node:crypto";
import { createServer } from "node:http";

const name = process.argv[2];
let healthy = true;
const held = [];

const paths = {
  "/readyz": (_, response) => response.writeHead(healthy ? 200 : 503).end(),
  "/health": (request, response) => {
    healthy = request.url.endsWith("?well");
    response.end();
  },
  "/hold": (_, response) => held.push(response),
  "/begin": (_, response) => response.write("begun"),
  "/release": (_, response) => {
    for (const one of held.splice(0)) one.end(name);
    response.end("released");
  },
  "/early": (_, response) => response.writeHead(413).end("too much"),
  "/die": () => process.exit(1),
  "/hang-up": (request) => request.socket.destroy(),
  "/big": (_, response) => response.end(Buffer.alloc(5_000_000, "x")),
  "/digest": (request, response) => {
    const hash = createHash("sha256");
    request.on("data", (chunk) => hash.update(chunk));
    request.on("end", () => response.end(hash.digest("hex")));
  },
  "/odd": (request) => request.socket.end("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n"),
};

const server = createServer((request, response) => {
  response.setHeader("x-pod", name);
  const path = request.url.split("?")[0];
  if (paths[path]) paths[path](request, response);
  else response.end(JSON.stringify({ name, url: request.url, headers: request.headers }));
});
server.on("upgrade", (request, socket) => {
  if (request.url === "/refuse") {
    socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    return;
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Pod: ${name}\r\n\r\n`,
  );
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit(0));
