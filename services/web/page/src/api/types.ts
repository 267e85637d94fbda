import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

/** An order as it is now. Prices are decimal strings in dollars. */
export type Order = Schemas["Order"];
/** The body of a new order. */
export type NewOrder = Schemas["NewOrder"];
/** Something that happened to an order. */
export type OrderEvent = Schemas["OrderHistory"]["items"][number];
/** A cash account; amounts are decimal strings in its currency. */
export type Account = Schemas["Account"];
/** A line of an account's statement. */
export type StatementLine = Schemas["StatementLine"];
/** What a user holds of one symbol. */
export type Position = Schemas["Position"];
/** When the exchange trades. */
export type Market = Schemas["Market"];
/** What the classifier says of a text. */
export type Analysis = Schemas["Analysis"];
