import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, test } from "./base";
import { ownServer } from "./server";

/** Takes the part of somebody of the sample company. */
async function lookAs(page: Page, name: string, server = "") {
  await page.goto(`${server}/sign-in`);
  await page.getByRole("button", { name: `Look as ${name}` }).click();
  await expect(page).toHaveURL(/\/$/);
}

/** Opens the first lead of a list. */
async function open(page: Page, list: string, server = "") {
  await page.goto(`${server}/leads?list=${list}`);
  const first = page.locator("#queue .row-link").first();
  const name = await first.innerText();
  await first.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
}

test("a lead's page passes the accessibility checker and is no wider than the window", async ({ page }) => {
  test.slow();
  for (const name of ["Daniel Brandt", "Miriam Osei"]) {
    await lookAs(page, name);
    for (const list of ["touch", "attempt", "all"]) {
      await open(page, list);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        // Colours that are on their way from one scheme to the other are neither's.
        await page.reload();
        if (hasProgram()) expect(await findings(page), list).toEqual([]);
        const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect(content, list).toBeLessThanOrEqual(window);
      }
    }
  }
});

test("a touch is logged and taken back, with a script or without", async ({ page }) => {
  const server = await ownServer();
  try {
    await lookAs(page, "Daniel Brandt", server.address);
    await open(page, "touch", server.address);
    await page.locator("summary", { hasText: "Log a touch" }).click();
    const reached = page.locator("#touch").getByRole("group", { name: /^Reached/ });
    await reached.getByRole("button", { name: "Call" }).click();
    await expect(page.locator("#told")).toContainText("Touch logged.");
    await expect(page.locator(".timeline")).toContainText("call, reached");
    await page.locator("#told").getByRole("button", { name: "Undo" }).click();
    await expect(page.locator("#told")).toContainText("Taken back");
    await expect(page.locator(".timeline")).not.toContainText("call, reached");
  } finally {
    await server.stop();
  }
});

test("a rep works a lead from the keyboard", { tag: ["@program", "@desktop"] }, async ({ page }) => {
  const server = await ownServer();
  try {
    await lookAs(page, "Daniel Brandt", server.address);
    await open(page, "touch", server.address);
    const name = await page.getByRole("heading", { level: 1 }).innerText();
    await page.keyboard.press("t");
    await page.keyboard.press("c");
    await expect(page.locator("#told")).toContainText("Touch logged.");
    await page.keyboard.press("u");
    await expect(page.locator("#told")).toContainText("Taken back");
    await page.keyboard.press("j");
    await expect(page.getByRole("heading", { level: 1 })).not.toHaveText(name);
    await page.keyboard.press("k");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
    await page.keyboard.press("b");
    await expect(page).toHaveURL(/\/leads\?list=touch/);
  } finally {
    await server.stop();
  }
});

test("the form of a verdict shows what the reason asks for", { tag: ["@program", "@desktop"] }, async ({ page }) => {
  await lookAs(page, "Daniel Brandt");
  await open(page, "verdict");
  const form = page.locator("#verdict-form");
  await form.getByText("Reject", { exact: true }).click();
  await form.getByText("Duplicate", { exact: true }).click();
  await expect(form.getByLabel("Number of the other lead")).toBeVisible();
  await expect(page.locator("#asked")).toContainText("Duplicate: whose to solve: both. Goes to: merge.");
  await form.getByText("Good", { exact: true }).click();
  await expect(form.getByText("Duplicate", { exact: true })).toBeHidden();
});
