import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, test } from "./base";
import { ownServer } from "./server";

/** Takes the part of somebody of the sample company. */
async function lookAs(page: Page, name: string, server = "") {
  await page.goto(`${server}/sign-in`);
  await page.getByRole("button", { name: `Look as ${name}` }).click();
  await expect(page).toHaveURL(/\/$/);
}

const rows = (page: Page) => page.locator("#queue tr[data-lead]");
const names = (page: Page) => rows(page).locator(".row-link").allInnerTexts();

test("the queue passes the accessibility checker and is no wider than the window", async ({ page }) => {
  test.slow();
  for (const name of ["Daniel Brandt", "Miriam Osei"]) {
    await lookAs(page, name);
    for (const address of ["/leads", "/leads?list=all", "/leads?search=nobody+is+called+so", "/leads/new", "/settings/notices"]) {
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

test("a list, a filter and a search are all in the address", async ({ page }) => {
  await lookAs(page, "Daniel Brandt");
  await page.goto("/leads");
  const tabs = page.getByRole("navigation", { name: "What the leads wait for" });
  await tabs.getByRole("link", { name: /^Every lead/ }).click();
  await expect(page).toHaveURL(/list=all/);
  await page.locator("summary", { hasText: "Channel:" }).click();
  const channel = page.getByRole("group", { name: "Channel" });
  const first = channel.getByRole("checkbox").first();
  const value = await first.getAttribute("value");
  await first.check();
  await channel.getByRole("button", { name: "Show these leads" }).click();
  await expect(page).toHaveURL(/list=all&channel=/);
  await expect(page.locator("summary", { hasText: "Channel:" })).toContainText(value ?? "");
  const [wanted] = await names(page);
  await page.getByRole("searchbox", { name: /Find a lead/ }).fill(wanted);
  await page.getByRole("button", { name: "Find", exact: true }).filter({ visible: true }).click();
  await expect(page).toHaveURL(/list=all&channel=.*&search=/);
  await expect.poll(async () => [...new Set(await names(page))]).toEqual([wanted]);
});

test("leads are accepted together, and taken back", async ({ page }) => {
  // On a Thursday afternoon leads of the day wait for their acceptance.
  const server = await ownServer("2026-07-30T13:00:00Z");
  try {
    await lookAs(page, "Daniel Brandt", server.address);
    await page.goto(`${server.address}/leads?list=acceptance`);
    const [one, other] = await names(page);
    await rows(page).nth(0).getByRole("checkbox").check();
    await rows(page).nth(1).getByRole("checkbox").check();
    await page.locator("#bulk").getByRole("button", { name: /^Accept/ }).click();
    await expect(page.locator("#told")).toContainText(/Accepted 2\sleads/);
    await expect.poll(() => names(page)).not.toContain(one);
    await page.locator("#told").getByRole("button", { name: "Undo" }).click();
    await expect(page.locator("#told")).toContainText(/Taken back: 2\sleads/);
    await expect.poll(async () => (await names(page)).slice(0, 2)).toEqual([one, other]);
  } finally {
    await server.stop();
  }
});

test("a rep works from the keyboard", { tag: ["@program", "@desktop"] }, async ({ page }) => {
  const server = await ownServer();
  try {
    await lookAs(page, "Daniel Brandt", server.address);
    await page.goto(`${server.address}/leads?list=touch`);
    const [first] = await names(page);
    await page.keyboard.press("j");
    await expect(rows(page).first()).toHaveAttribute("data-cursor", "");
    await page.keyboard.press("t");
    await expect(page.getByRole("dialog", { name: "Log a touch" })).toBeVisible();
    await page.keyboard.press("c");
    await expect(page.locator("#told")).toContainText(`Touch logged: ${first}`);
    await expect.poll(() => names(page)).not.toContain(first);
    await page.keyboard.press("u");
    await expect(page.locator("#told")).toContainText("Taken back:");
    await expect.poll(() => names(page)).toContain(first);
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog", { name: "Keys" })).toBeHidden();
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox", { name: /Find a lead/ })).toBeFocused();
  } finally {
    await server.stop();
  }
});

test("what was selected is decided as it was seen, whatever others did meanwhile", { tag: ["@program", "@desktop"] }, async ({ browser }) => {
  const server = await ownServer("2026-07-30T13:00:00Z");
  try {
    const [one, other] = [await (await browser.newContext()).newPage(), await (await browser.newContext()).newPage()];
    await lookAs(one, "Daniel Brandt", server.address);
    await lookAs(other, "Aoife Kearney", server.address);
    await one.goto(`${server.address}/leads?list=all`);
    const chosen = rows(one).filter({ has: one.getByRole("button", { name: /^Accept/ }) }).first();
    const lead = (await chosen.getAttribute("data-lead")) ?? "";
    const before = (await chosen.getAttribute("data-shown")) ?? "";
    await chosen.getByRole("checkbox").check();
    const keys = one.getByRole("dialog", { name: "Keys" });
    await one.keyboard.press("?");
    await expect(keys).toBeVisible();
    await other.goto(`${server.address}/leads?list=all`);
    await other.locator(`#lead-${lead}`).getByRole("button", { name: /^Accept/ }).click();
    await expect(other.locator("#told")).toContainText("Accepted");
    // The row is renewed under the selection, and what is open stays open.
    await expect(one.locator(`#lead-${lead}`)).not.toHaveAttribute("data-shown", before);
    await expect(keys).toBeVisible();
    await one.keyboard.press("Escape");
    await expect(one.locator(`#lead-${lead}`)).toHaveAttribute("data-picked", "");
    await one.locator("#bulk").getByRole("button", { name: /^Accept/ }).click();
    await expect(one.getByRole("alert")).toContainText("Aoife Kearney accepted this lead before you.");
    for (const page of [one, other]) await page.context().close();
  } finally {
    await server.stop();
  }
});

test("rows come while one scrolls, and those far away are let go", { tag: ["@program", "@desktop"] }, async ({ page }) => {
  test.slow();
  await lookAs(page, "Daniel Brandt");
  await page.goto("/leads?list=all");
  await expect(rows(page)).toHaveCount(50);
  const seen = new Set<string>();
  for (let turn = 0; turn < 40; turn++) {
    (await rows(page).evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset.lead ?? ""))).forEach((lead) => seen.add(lead));
    await page.mouse.wheel(0, 3_000);
    await page.waitForTimeout(60);
  }
  expect(seen.size).toBeGreaterThan(500);
  await expect.poll(() => rows(page).count()).toBeLessThan(500);
  await page.evaluate(() => scrollTo(0, 0));
  await expect.poll(async () => (await names(page)).length).toBeGreaterThan(40);
});

test("on a phone a thumb calls, accepts and logs", async ({ page }) => {
  if (test.info().project.name !== "mobile") return;
  await lookAs(page, "Daniel Brandt");
  await page.goto("/leads");
  const row = rows(page).first();
  for (const target of [row.locator("a[href^='mailto:'], a[href^='tel:']").first(), row.locator(".act .button").first()]) {
    const box = await target.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
  }
});
