const inner: { name: string } = require("./required.cts");
module.exports = { name: `legacy of ${inner.name}` as string };
