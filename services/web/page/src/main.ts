import { ApiError } from "./api.ts";
import { announce, element } from "./element.ts";
import { orderForm } from "./order-form.ts";
import { OrderList } from "./order-list.ts";
import { currentSession, finishSignIn, signIn, signOut } from "./sign-in.ts";

const sign = element("sign", HTMLButtonElement);
const token = () => currentSession()?.accessToken;

function report(error: unknown): void {
  if (error instanceof ApiError && error.problem.status === 401) {
    signOut();
    showSignIn("Your session has ended. Sign in again.");
    return;
  }
  announce(`This did not work: ${error instanceof Error ? error.message : String(error)}. Try again.`);
}

function showSignIn(text: string): void {
  element("desk", HTMLElement).hidden = true;
  sign.textContent = "Sign in";
  sign.hidden = false;
  sign.onclick = () => void signIn().catch(report);
  announce(text);
  sign.focus();
}

async function showDesk(): Promise<void> {
  sign.textContent = "Sign out";
  sign.hidden = false;
  sign.onclick = () => {
    signOut();
    location.assign("/");
  };
  element("desk", HTMLElement).hidden = false;
  const load = () => {
    const access = token();
    if (access) list.loadOlder(access).catch(report);
    else showSignIn("Your session has expired. Sign in again.");
  };
  const list = new OrderList(load);
  orderForm(token, (order) => {
    list.add(order);
    announce(`Order stored: ${order.side} ${order.quantity} ${order.symbol}.`);
  });
  load();
  element("symbol", HTMLInputElement).focus();
}

async function start(): Promise<void> {
  if (location.pathname === "/callback") {
    const answer = new URLSearchParams(location.search);
    history.replaceState(null, "", "/");
    await finishSignIn(answer);
  }
  if (currentSession()) await showDesk();
  else showSignIn("Sign in to place orders.");
}

start().catch((error: unknown) => {
  showSignIn("");
  report(error);
});
