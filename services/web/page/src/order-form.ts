import { ApiError, type Order, placeOrder } from "./api.ts";
import { announce, element } from "./element.ts";

const FIELDS = ["symbol", "side", "type", "quantity", "limitPrice"];
const TRIES = 4;
/** Doubled for each further try, and drawn evenly below that. */
const BASE_PAUSE_MS = 400;

/** The form for a new order. `onPlaced` hears of each order that was stored. */
export function orderForm(token: () => string | undefined, onPlaced: (order: Order) => void): void {
  const form = element("order", HTMLFormElement);
  const submit = element("submit", HTMLButtonElement);
  const type = element("type", HTMLSelectElement);
  // One key per intent: it changes when the order is edited or was stored, never for a repeat of the same order.
  let key = crypto.randomUUID();
  form.addEventListener("input", () => {
    key = crypto.randomUUID();
  });
  type.addEventListener("change", () => {
    element("limit-field", HTMLDivElement).hidden = type.value === "market";
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const access = token();
    if (!access) {
      announce("Your session has expired. Sign in again.");
      return;
    }
    showErrors([], "");
    submit.disabled = true;
    try {
      onPlaced(await place(access, key, values(form)));
      key = crypto.randomUUID();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showErrors(error.problem.errors ?? [], error.problem.detail);
    } finally {
      submit.disabled = false;
    }
  });
}

function values(form: HTMLFormElement): Record<string, string> {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()] as const);
  const order = Object.fromEntries(entries);
  if (order.symbol) order.symbol = order.symbol.toUpperCase();
  if (order.type === "market") delete order.limitPrice;
  return order;
}

/** Repeats under the same key what may pass later: whatever happened before, there is one order. */
async function place(token: string, key: string, order: Record<string, string>): Promise<Order> {
  for (let number = 1; ; number += 1) {
    try {
      return await placeOrder(token, key, order);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.mayPass || number === TRIES) throw error;
      announce("No answer yet; trying again. The order is placed only once.");
      const pause = Math.random() * BASE_PAUSE_MS * 2 ** number;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function showErrors(errors: { field: string; message: string }[], detail: string): void {
  for (const field of FIELDS) {
    const messages = errors.filter((error) => error.field === field).map(({ message }) => message);
    element(`${field}-error`, HTMLParagraphElement).textContent = messages.join("; ");
    document.getElementById(field)?.setAttribute("aria-invalid", String(messages.length > 0));
  }
  const others = errors.filter(({ field }) => !FIELDS.includes(field));
  const rest = others.map(({ field, message }) => `${field} ${message}`).join("; ");
  element("form-error", HTMLParagraphElement).textContent = [detail, rest].filter(Boolean).join(" ");
  const first = FIELDS.find((field) => errors.some((error) => error.field === field));
  if (first) document.getElementById(first)?.focus();
}
