// Colleagues of a server of one's own: real accounts, each in a browser of its own.

import { execFileSync } from "node:child_process";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { now, program } from "./server";

export const password = "four words in a row";

export function addPerson(data: string, name: string, standing: string[]) {
  const who = ["user", "add", `${name}@company.example`, "--password-stdin", ...standing];
  execFileSync(program, [...who, "--data", data, "--now", now], { input: `${password}\n` });
}

/** A browser in which somebody is signed in. */
export async function person(browser: Browser, url: string, name: string): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await signIn(page, name);
  await page.waitForURL(/\/$/);
  // A tab that is closed from outside says no goodbye, and would stand among those who are here for 75 seconds.
  await page.goto("about:blank");
  await page.close();
  return context;
}

/** On the page where one signs in. */
export async function signIn(page: Page, name: string) {
  await page.getByLabel("Mail address").fill(`${name}@company.example`);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export async function both(browser: Browser, url: string, names = ["vera", "bert"]): Promise<Page[]> {
  const pages = [];
  for (const name of names) pages.push(await (await person(browser, url, name)).newPage());
  return pages;
}

export async function close(...pages: Page[]) {
  for (const page of pages) await page.context().close();
}
