import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, hydrated, test } from "./base";
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

test("a word of the numbers says what it means when it is pointed at or tapped, in the page and in the next one", async ({ page }) => {
  await lookAs(page, "Daniel Brandt");
  const says = async (key: string, sentence: RegExp) => {
    const word = page.locator(`.meant .word[popovertarget^="meaning-${key}-"]`);
    await word.hover();
    await expect(word).toHaveAttribute("title", sentence);
    const meaning = page.locator(`.meant .meaning[id^="meaning-${key}-"]`);
    await expect(meaning).toBeHidden();
    await word.click();
    await expect(meaning).toBeVisible();
    await expect(meaning).toContainText(sentence);
    await page.keyboard.press("Escape");
    await expect(meaning).toBeHidden();
    return meaning;
  };
  const numbers = async () => {
    await says("lead-to-opportunity-rate", /mature leads/i);
    await says("opportunity", /deal/i);
  };
  await numbers();
  await hydrated(page);
  await numbers();
  // Without a program the browser itself goes there.
  await page.locator('.court a[href*="/kpis/lead-to-opportunity"]').first().click();
  await expect(page).toHaveURL(/\/kpis\/lead-to-opportunity/);
  await numbers();
  await page.reload();
  await hydrated(page);
  await numbers();
  const meaning = await says("cohort", /handed over/i);
  await page.locator('.meant .word[popovertarget^="meaning-cohort-"]').click();
  await meaning.getByRole("link").click();
  await expect(page).toHaveURL(/\/definitions\/cohort$/);
});

test("a word says what it means as the keys come to it", { tag: ["@program", "@desktop"] }, async ({ page }) => {
  await lookAs(page, "Daniel Brandt");
  await hydrated(page);
  const word = page.locator('.meant .word[popovertarget^="meaning-cac-"]');
  const meaning = page.locator('.meant .meaning[id^="meaning-cac-"]');
  await page.locator('.meant .word[popovertarget^="meaning-lead-to-opportunity-rate-"]').focus();
  // Into what the first one means, to the way to more, and on to the next word.
  await page.keyboard.press("Tab");
  await expect(page.locator(".meaning:popover-open a")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(word).toBeFocused();
  await expect(meaning).toBeVisible();
  await expect(page.locator(".meaning:popover-open")).toHaveCount(1);
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(meaning).toBeHidden();
  await expect(word).toBeFocused();
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
