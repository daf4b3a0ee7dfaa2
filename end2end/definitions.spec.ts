import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, test } from "./base";
import { ownServer } from "./server";

/** Takes the part of somebody of the sample company. */
async function lookAs(page: Page, name: string, server = "") {
  await page.goto(`${server}/sign-in`);
  await page.getByRole("button", { name: `Look as ${name}` }).click();
  await expect(page).toHaveURL(/\/$/);
}

const tried = "field=size&comparison=at_least&value=100";
const pages = [
  "/definitions",
  "/definitions/qualified-lead",
  "/definitions/touch",
  "/definitions/new",
  "/definitions/criteria",
  "/definitions/criteria/leads?finding=unknown",
  "/definitions/what-if",
  `/definitions/what-if?${tried}`,
  "/agreement/calculator",
  "/agreement/calculator?goal=1200000&per=year&share=60&deal=10000&rate=4",
];

test("the definitions pass the accessibility checker and are no wider than the window", async ({ page }) => {
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

test("another threshold changes how many would have been qualified", async ({ page }) => {
  await lookAs(page, "Miriam Osei");
  await page.goto("/definitions/what-if");
  const heading = page.locator("#came");
  const before = await heading.innerText();
  await page.locator("summary", { hasText: "Add a criterion" }).click();
  await page.getByLabel("Field").selectOption("size");
  await page.getByLabel("Comparison").selectOption("at_least");
  await page.getByLabel("Value", { exact: true }).fill("100");
  await page.getByRole("button", { name: "See what would have been" }).click();
  await expect(page).toHaveURL(/field=size&comparison=at_least&value=100/);
  await expect(heading).toContainText(/fewer leads would have been qualified/);
  expect(await heading.innerText()).not.toBe(before);
});

test("while a threshold is typed the answer follows", { tag: ["@program", "@desktop"] }, async ({ page }) => {
  await lookAs(page, "Daniel Brandt");
  await page.goto(`/definitions/what-if?${tried}`);
  const heading = page.locator("#came");
  const before = await heading.innerText();
  await page.getByLabel("Value", { exact: true }).fill("200");
  await expect.poll(() => heading.innerText()).not.toBe(before);
  await expect(page).toHaveURL(/value=200/);
});

test("a word says what it means when it is tapped", async ({ page }) => {
  await lookAs(page, "Daniel Brandt");
  await page.goto("/leads?list=all");
  await page.locator("#queue tr[data-lead] .row-link").first().click();
  const word = page.locator("#verdict-title .word");
  await word.click();
  const meaning = page.locator("#verdict-title .meaning");
  await expect(meaning).toBeVisible();
  await meaning.getByRole("link").click();
  await expect(page).toHaveURL(/\/definitions\/verdict$/);
});

test("a term is changed, which is another version, and brought back when it was retired", async ({ page }) => {
  const server = await ownServer();
  try {
    await lookAs(page, "Miriam Osei", server.address);
    await page.goto(`${server.address}/definitions/channel`);
    await page.locator("summary", { hasText: "Change this term" }).click();
    await page.getByLabel("Example").fill("“Trade fair”");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("status")).toContainText("Saved as the next version");
    await expect(page.locator(".lede")).toContainText("Version 2.");
    await page.getByRole("button", { name: "Retire this term" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(page.getByRole("status")).toContainText("in the glossary again");
  } finally {
    await server.stop();
  }
});
