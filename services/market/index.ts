/** What the exchange's services agree on: instruments, prices, money, the simulated market, and the messages about orders. */
export * from "./instruments.ts";
export * from "./money.ts";
export * from "./order-events.ts";
export * from "./order-group.ts";
export * from "./price.ts";
export * from "./reserve-in-steps.ts";
export * from "./simulated-market.ts";
