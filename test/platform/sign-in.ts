import type { Page } from "playwright-core";
import { demoPassword } from "../../local/issuer/users.ts";

/** Signs in from any page of the laptop's platform, at its issuer. */
export async function signIn(page: Page, user: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password").fill(demoPassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}
