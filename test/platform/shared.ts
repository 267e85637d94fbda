import { TestPlatform } from "./platform.ts";

let starting: Promise<TestPlatform> | undefined;

/** The platform that the tests of this folder share: started once, by the first that needs it. */
export function shared(): Promise<TestPlatform> {
  starting ??= start();
  return starting;
}

async function start(): Promise<TestPlatform> {
  const platform = new TestPlatform();
  try {
    await platform.up();
  } catch (error) {
    await platform.dispose();
    throw error;
  }
  return platform;
}

after(async function () {
  this.timeout(30_000);
  await (await starting)?.dispose();
});
