import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, test } from "./base";
import { ownServer } from "./server";

/** Takes the part of somebody of the sample company. */
async function lookAs(page: Page, name: string, server = "") {
  await page.goto(`${server}/sign-in`);
  await page.getByRole("button", { name: `Look as ${name}` }).click();
  await expect(page).toHaveURL(/\/$/);
}

const pages = [
  "/agreement",
  "/agreement/draft",
  "/agreement/versions",
  "/agreement/versions/1",
  "/agreement/versions/2",
  "/agreement/compare",
  "/agreement/deputies",
  "/agreement/holidays",
];

test("the agreement's pages pass the accessibility checker and are no wider than the window", async ({ page }) => {
  test.slow();
  await lookAs(page, "Miriam Osei");
  for (const address of pages) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(address);
      if (hasProgram()) expect(await findings(page), address).toEqual([]);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content, address).toBeLessThanOrEqual(window);
    }
  }
});

test("what one head sent back both heads sign anew, and it waits for its day", async ({ page }) => {
  test.slow();
  const server = await ownServer("2026-07-30T13:00:00Z");
  const draft = `${server.address}/agreement/draft`;
  try {
    await lookAs(page, "Miriam Osei", server.address);
    await page.goto(`${server.address}/agreement`);
    await page.getByRole("link", { name: "Version 3 waits for you" }).first().click();
    await page.getByText("Send back with a comment").click();
    await page.getByLabel("What is to be changed").fill("Seven working hours, and it is yours.");
    await page.getByRole("button", { name: "Send back" }).click();
    await expect(page.getByText("it is a draft again", { exact: false }).first()).toBeVisible();
    await page.getByLabel("First touch within", { exact: true }).fill("7 working hours");
    await page.getByRole("button", { name: "Save the draft" }).click();
    await expect(page.getByRole("status")).toContainText("No number has changed");
    await page.getByRole("button", { name: "Propose it to both heads" }).click();
    await page.getByRole("button", { name: "Sign for marketing" }).click();
    await expect(page.getByText("The signature of sales is missing: Daniel Brandt may sign.")).toBeVisible();
    await lookAs(page, "Daniel Brandt", server.address);
    await page.goto(draft);
    await page.getByRole("button", { name: "Sign for sales" }).click();
    await expect(page).toHaveURL(/\/agreement\/versions\/3/);
    await expect(page.getByText("In force from 1 August 2026", { exact: false })).toBeVisible();
    await expect(page.getByText("First touch within 7 working hours", { exact: false })).toBeVisible();
    await page.goto(`${server.address}/agreement`);
    await expect(page.getByRole("heading", { name: /Version 3, signed/ })).toBeVisible();
  } finally {
    await server.stop();
  }
});
