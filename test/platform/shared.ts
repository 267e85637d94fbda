import assert from "node:assert/strict";
import { TestPlatform } from "./platform.ts";

let starting: Promise<TestPlatform> | undefined;

/**
 * The platform that the tests of this folder share: a start takes a quarter of a minute of two cores. The first that
 * needs it starts it; whoever ends it starts it again.
 */
export function shared(): Promise<TestPlatform> {
  starting ??= start();
  return starting;
}

async function start(): Promise<TestPlatform> {
  const platform = new TestPlatform();
  try {
    // What becomes of a lost zone by itself is looked at here, and shifts that tests make; drills have the guard act.
    await platform.up(["--set", 'trizone:guard={"mode":"observe"}']);
  } catch (error) {
    await platform.dispose();
    throw error;
  }
  return platform;
}

after(async function () {
  this.timeout(60_000);
  const platform = await starting;
  if (!platform) return;
  try {
    await platform.trizone("down");
    assert.deepEqual(await platform.leftovers(), []);
  } finally {
    await platform.dispose();
  }
});
