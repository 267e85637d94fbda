import { listOrders, type Order } from "./api.ts";
import { element } from "./element.ts";

const time = new Intl.DateTimeFormat("en-AU", {
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone: "Australia/Sydney",
});

/** The table of own orders, newest first. */
export class OrderList {
  readonly #body = element("orders", HTMLTableSectionElement);
  readonly #more = element("more", HTMLButtonElement);
  readonly #shown = new Set<string>();
  #cursor: string | null = null;

  constructor(load: () => void) {
    this.#more.addEventListener("click", load);
  }

  /** Shows the next page of older orders; the first, at the first call. */
  async loadOlder(token: string): Promise<void> {
    this.#more.disabled = true;
    try {
      const { items, nextCursor } = await listOrders(token, this.#cursor);
      for (const order of items) this.#show(order, "last");
      this.#cursor = nextCursor;
      this.#more.hidden = nextCursor === null;
    } finally {
      this.#more.disabled = false;
    }
  }

  /** Shows an order that was just placed. */
  add(order: Order): void {
    this.#show(order, "first");
  }

  #show(order: Order, where: "first" | "last"): void {
    if (this.#shown.has(order.id)) return;
    this.#shown.add(order.id);
    const row = this.#body.insertRow(where === "first" ? 0 : -1);
    const numbers = [order.quantity.toLocaleString("en-AU"), order.limitPrice ?? "market"];
    const texts = [
      time.format(new Date(order.createdAt)),
      order.symbol,
      order.side,
      ...numbers,
      order.status,
    ];
    for (const text of texts) {
      const cell = row.insertCell();
      cell.textContent = text;
      if (numbers.includes(text)) cell.className = "number";
    }
  }
}
