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
  "/feedback",
  "/feedback?which=to_answer",
  "/feedback?which=disputed",
  "/feedback/why",
  "/feedback/more",
  "/feedback/more?basis=praised",
  "/feedback/returns",
  "/feedback/reasons",
];
const entries = (page: Page) => page.locator(".verdicts > li");

test("the loop passes the accessibility checker and is no wider than the window", async ({ page }) => {
  test.slow();
  for (const name of ["Miriam Osei", "Daniel Brandt"]) {
    await lookAs(page, name);
    for (const address of pages) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(address);
        if (hasProgram()) expect(await findings(page), address).toEqual([]);
        const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect(content, address).toBeLessThanOrEqual(window);
      }
    }
  }
});

test("a verdict is answered, and leaves the list of what is unanswered", async ({ page }) => {
  const server = await ownServer();
  try {
    await lookAs(page, "Miriam Osei", server.address);
    await page.goto(`${server.address}/feedback?which=to_answer`);
    const first = entries(page).first();
    const id = (await first.getAttribute("id")) ?? "";
    await first.locator("summary", { hasText: "Answer" }).click();
    await first.getByLabel("What it is").selectOption("took_over");
    await first.getByLabel(/In words/).fill("The form asks for the number of sites now.");
    await first.getByRole("button", { name: "Send the answer" }).click();
    await expect(page.locator(".toast", { hasText: "Sales is told what you changed." })).toBeVisible();
    await expect(page.locator(`[id="${id}"]`)).toHaveCount(0);
    await page.goto(`${server.address}/feedback`);
    await expect(page.locator(`[id="${id}"]`)).toContainText("Taken over by Miriam Osei");
  } finally {
    await server.stop();
  }
});

test("a list, a reason and a value are all in the address", async ({ page }) => {
  await lookAs(page, "Miriam Osei");
  await page.goto("/feedback");
  await page.getByRole("link", { name: "Turned down", exact: true }).click();
  await expect(page).toHaveURL(/which=turned_down/);
  await page.locator("summary", { hasText: "Filters" }).click();
  await page.getByLabel("Reason").selectOption({ label: "No need" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/which=turned_down&.*reason=no_need/);
  await expect(entries(page).first()).toContainText("No need");
});

test("each reason opens as many leads as it counts", async ({ page }) => {
  await lookAs(page, "Miriam Osei");
  await page.goto("/feedback/why");
  const count = page.locator(".loop-table tbody tr").first().locator("td a").first();
  await expect(count).toHaveAttribute("href", /part=handovers&reason=/);
  await count.click();
  await expect(page.locator("h1")).toContainText("Turned down");
});
