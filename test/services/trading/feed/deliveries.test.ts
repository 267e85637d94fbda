import assert from "node:assert/strict";
import { Deliveries } from "../../../../services/trading/feed/deliveries.ts";
import type { FedEvent } from "../../../../services/trading/feed/ports.ts";
import type { StoredEvent } from "../../../../services/trading/saga/events.ts";

const stored = (chain: number, ...links: number[]) =>
  links.map((link) => ({ chain, link, fed: true }) as StoredEvent);
const fed = (chain: number, ...links: number[]): FedEvent[] =>
  links.map((link) => ({ xid: "1", chain, link, body: "{}", at: 0 }));

describe("deliveries under way", () => {
  let delivered: number;
  let deliveries: Deliveries;

  beforeEach(() => {
    delivered = 0;
    deliveries = new Deliveries(["cash", "shares"], (ms) => {
      assert.ok(ms >= 0);
      delivered += 1;
    });
  });

  it("are those that not every consumer has", () => {
    deliveries.start();
    deliveries.stored(stored(1, 1, 2));
    deliveries.stored(stored(1, 3));
    deliveries.delivered("cash", fed(1, 1, 2, 3));
    assert.deepEqual([deliveries.backlog, delivered], [3, 2]);
    deliveries.delivered("shares", fed(1, 1, 2));
    assert.deepEqual([deliveries.backlog, delivered], [1, 3]);
    deliveries.delivered("shares", fed(1, 3));
    assert.deepEqual([deliveries.backlog, delivered], [0, 4]);
  });

  it("end with those that follow, when a chain's own end wasn't seen", () => {
    deliveries.start();
    deliveries.delivered("cash", fed(1, 1));
    deliveries.delivered("shares", fed(1, 1));
    deliveries.stored(stored(1, 1));
    assert.equal(deliveries.backlog, 1);
    deliveries.stored(stored(2, 1));
    deliveries.delivered("cash", fed(2, 1));
    deliveries.delivered("shares", fed(2, 1));
    assert.equal(deliveries.backlog, 0);
  });

  it("aren't counted while another pod has the feed", () => {
    deliveries.stored(stored(1, 1));
    assert.equal(deliveries.backlog, 0);
    deliveries.start();
    deliveries.stored(stored(1, 2));
    assert.equal(deliveries.backlog, 1);
    deliveries.stop();
    deliveries.stored(stored(1, 3));
    assert.equal(deliveries.backlog, 0);
    assert.equal(delivered, 0);
  });
});
