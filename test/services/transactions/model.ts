/** What cash should do, in cents and without a database: the other half of the property tests. */
export class Model {
  readonly balances = new Map<string, number>();
  readonly orders = new Map<string, { userId: string; amount: number; spent: number; state: string }>();
  /** What the house paid for users, and what users paid for trades and got from them. */
  house = 0;
  cleared = 0;
  banked = 0;

  reserved(userId: string): number {
    let sum = 0;
    for (const order of this.orders.values())
      if (order.userId === userId && order.state === "reserved") sum += order.amount - order.spent;
    return sum;
  }

  available(userId: string): number {
    return (this.balances.get(userId) ?? 0) - this.reserved(userId);
  }

  #add(userId: string, cents: number): void {
    this.balances.set(userId, (this.balances.get(userId) ?? 0) + cents);
  }

  deposit(userId: string, cents: number): void {
    this.#add(userId, cents);
    this.banked += cents;
  }

  withdraw(userId: string, cents: number): boolean {
    if (this.available(userId) < cents) return false;
    this.#add(userId, -cents);
    this.banked -= cents;
    return true;
  }

  transfer(from: string, to: string, cents: number): boolean {
    if (this.available(from) < cents) return false;
    this.#add(from, -cents);
    this.#add(to, cents);
    return true;
  }

  reserve(id: string, userId: string, amount: number): string {
    const before = this.orders.get(id);
    if (before) return before.state;
    const state = !this.balances.has(userId)
      ? "no-account"
      : amount > this.available(userId)
        ? "insufficient"
        : "reserved";
    this.orders.set(id, { userId, amount, spent: 0, state });
    return state;
  }

  fillBuy(id: string, cents: number): void {
    const order = this.orders.get(id);
    const covered = order?.state === "reserved" ? Math.min(cents, order.amount - order.spent) : 0;
    if (order && covered > 0) {
      order.spent += covered;
      this.#add(order.userId, -covered);
    }
    this.house += cents - covered;
    this.cleared += cents;
  }

  fillSell(userId: string, cents: number): void {
    this.#add(userId, cents);
    this.cleared -= cents;
  }

  close(id: string, userId: string): void {
    const order = this.orders.get(id);
    if (!order) this.orders.set(id, { userId, amount: 0, spent: 0, state: "released" });
    else if (order.state === "reserved") order.state = "released";
  }
}
