import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, test } from "./base";
import { ownServer } from "./server";

/** Takes the part of somebody of the sample company. */
async function lookAs(page: Page, name: string, server = "") {
  await page.goto(`${server}/sign-in`);
  await page.getByRole("button", { name: `Look as ${name}` }).click();
  await expect(page).toHaveURL(/\/$/);
}

const statement = (page: Page, words: string) => page.locator(".statement", { hasText: words });

test("personas pass the accessibility checker and are no wider than the window", async ({ page }) => {
  test.slow();
  const addresses = [
    "/personas",
    "/personas/head-of-logistics",
    "/personas/head-of-logistics?edit=1",
    "/personas/head-of-logistics?order=barrier",
    "/personas/head-of-logistics/merge?into=2",
    "/personas/head-of-logistics/rule?try=1&rule=title+contains+head&place=0",
    "/personas/rules",
    "/personas/new",
    "/personas/interview",
  ];
  for (const name of ["Aoife Kearney", "Miriam Osei"]) {
    await lookAs(page, name);
    for (const address of addresses) {
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

test("the rail leads to the personas, and a persona to its leads", async ({ page }) => {
  await lookAs(page, "Miriam Osei");
  await page.goto("/personas");
  await page.getByRole("link", { name: "Head of logistics", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Head of logistics");
  await page.getByRole("link", { name: /^See the / }).click();
  await expect(page).toHaveURL(/persona=Head\+of\+logistics/);
});

test("sales writes beside a statement, and marketing takes it over into the text", async ({ page }) => {
  test.slow();
  const server = await ownServer("2026-07-30T13:00:00Z");
  const address = `${server.address}/personas/head-of-logistics`;
  try {
    await lookAs(page, "Aoife Kearney", server.address);
    await page.goto(address);
    await statement(page, "A new fleet must talk").getByRole("link", { name: /^Annotate/ }).click();
    await page.getByLabel("You", { exact: true }).selectOption("contradict");
    await page.getByLabel("What you say").fill("Only where there are more than ten forklifts.");
    await page.getByRole("button", { name: "Write it beside" }).click();
    await expect(page.getByRole("status").first()).toContainText("Your annotation is there");
    const note = page.locator(".thread", { hasText: "more than ten forklifts" });
    await expect(note).toContainText("Open since today");

    await lookAs(page, "Miriam Osei", server.address);
    await page.goto(address);
    await note.getByRole("link", { name: /^Answer/ }).click();
    await page.getByLabel("Take it over").check();
    await page.getByLabel("Taken over, the statement reads").fill("A new fleet must talk to forklifts, where there are ten and more.");
    await page.getByRole("button", { name: "Send the answer" }).click();
    await expect(statement(page, "where there are ten and more")).toContainText("Taken over by Miriam Osei");
  } finally {
    await server.stop();
  }
});

test("a statement is edited where it stands, deleted and brought back", async ({ page }) => {
  const server = await ownServer("2026-07-30T13:00:00Z");
  try {
    await lookAs(page, "Theo Vogt", server.address);
    await page.goto(`${server.address}/personas/warehouse-manager`);
    await statement(page, "A near miss").getByRole("link", { name: /^Edit/ }).click();
    await expect(page).toHaveURL(/edit=\d+#s-\d+$/);
    await page.getByLabel("Statement", { exact: true }).fill("A near miss between a truck and a visitor.");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(statement(page, "a truck and a visitor")).toBeVisible();
    await statement(page, "a truck and a visitor").getByRole("link", { name: /^Edit/ }).click();
    await page.getByRole("button", { name: "Delete this statement" }).click();
    await expect(page.getByRole("status").first()).toContainText("The statement is deleted");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(statement(page, "a truck and a visitor")).toBeVisible();
  } finally {
    await server.stop();
  }
});

test("statements are put in another order by buttons", async ({ page }) => {
  const server = await ownServer("2026-07-30T13:00:00Z");
  try {
    await lookAs(page, "Theo Vogt", server.address);
    await page.goto(`${server.address}/personas/head-of-logistics`);
    const section = page.locator(".psec", { has: page.getByRole("heading", { name: "What holds back, and our answer" }) });
    const texts = () => section.locator(".statement .says:first-child").allTextContents();
    const [first, second, ...rest] = await texts();
    await section.getByRole("link", { name: /^Reorder/ }).click();
    await section.getByRole("button", { name: /^Move down/ }).first().click();
    await expect(page.getByRole("status").first()).toContainText("Moved.");
    expect(await texts()).toEqual([second, first, ...rest]);
    await section.getByRole("link", { name: /^Leave the order/ }).click();
    await expect(section.getByRole("button")).toHaveCount(0);
    expect(await texts()).toEqual([second, first, ...rest]);
  } finally {
    await server.stop();
  }
});

test("who edits a statement is named beside it to whoever has the page open", { tag: ["@program", "@desktop"] }, async ({ page, browser }) => {
  const server = await ownServer("2026-07-30T13:00:00Z");
  const context = await browser.newContext();
  const other = await context.newPage();
  try {
    await lookAs(page, "Aoife Kearney", server.address);
    await page.goto(`${server.address}/personas/warehouse-manager`);
    await lookAs(other, "Miriam Osei", server.address);
    await other.goto(`${server.address}/personas/warehouse-manager`);
    await statement(other, "A near miss").getByRole("link", { name: /^Edit/ }).click();
    await expect(statement(page, "A near miss")).toContainText("Miriam is editing this");
    await other.getByRole("link", { name: "Leave it" }).click();
    await expect(page.locator(".at-work")).toHaveCount(0);
  } finally {
    await context.close();
    await server.stop();
  }
});

test("a persona is printed on two pages at most, without a form", { tag: "@desktop" }, async ({ page }) => {
  await lookAs(page, "Miriam Osei");
  await page.goto("/personas/head-of-logistics");
  const printed = (await page.pdf({ format: "A4" })).toString("latin1");
  expect(printed.match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(2);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator("#main :is(form, .button, .thread):visible")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "What sets it off" })).toBeVisible();
});

test("somebody who only looks reads no words of a buyer", async ({ page }) => {
  await lookAs(page, "Ruth Adler");
  await page.goto("/personas/head-of-logistics");
  await expect(page.locator(".thread").first()).toContainText("for both teams only");
  await expect(page.getByRole("link", { name: /^Edit/ })).toHaveCount(0);
});
