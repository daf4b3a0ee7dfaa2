import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, hydrated, test } from "./base";
import { kpis } from "./server";

const winter = { from: "2026-01-01", to: "2026-04-01" };
const autumn = { from: "2025-10-01", to: "2026-01-01" };

const names = ["Lead-to-opportunity rate", "Customer acquisition cost", "Follow-up time, median", "Feedback coverage"];

const at = ({ from, to }: typeof winter) => `/?from=${from}&to=${to}`;

test("the period in the address has the figures of the command line", async ({ page }) => {
  for (const period of [autumn, winter]) {
    await page.goto(at(period));
    expect(await shown(page)).toEqual(computed(period));
  }
});

test("another period in the form is another address with other figures", async ({ page }) => {
  await page.goto(at(autumn));
  await hydrated(page);
  await choose(page, winter);
  await expect(page).toHaveURL(/from=2026-01-01&to=2026-04-01/);
  await expect.poll(() => shown(page)).toEqual(computed(winter));
  expect(computed(winter)).not.toEqual(computed(autumn));

  await page.goBack();
  await expect(page).toHaveURL(/from=2025-10-01&to=2026-01-01/);
  await expect.poll(() => shown(page)).toEqual(computed(autumn));
});

test("the drawings of another period are those of its own page", { tag: "@program" }, async ({ page }) => {
  const drawings = () => page.locator(".drawing").evaluateAll((all) => all.map((drawing) => drawing.innerHTML));
  await page.goto(at(winter));
  const expected = await drawings();
  await page.goto(at(autumn));
  await hydrated(page);
  const before = await drawings();
  await choose(page, winter);
  await expect.poll(drawings).toEqual(expected);
  expect(before).not.toEqual(expected);
});

test("the scoreboard passes the accessibility checker", { tag: "@program" }, async ({ page }) => {
  await page.goto(at(winter));
  await hydrated(page);
  expect(await findings(page)).toEqual([]);
});

test("nothing on the scoreboard is wider than the window", async ({ page }) => {
  await page.goto(at(winter));
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(window);
});

test("a chart is read point by point, and opens the leads behind a point", { tag: "@program" }, async ({ page }) => {
  await page.goto(at(winter));
  await hydrated(page);
  const chart = page.locator("figure").first();
  const reading = chart.locator(".reading");

  await chart.getByRole("application").focus();
  for (const key of ["End", "Home", "ArrowRight"]) await page.keyboard.press(key);
  const second = await reading.locator("span").innerText();
  await page.keyboard.press("Escape");
  await expect(reading.locator("span")).toBeEmpty();

  await chart.locator("[data-at='2']").hover();
  await expect(reading.locator("span")).toHaveText(second);
  expect(second).toMatch(/: .+\./);
  expect(await findings(page)).toEqual([]);

  const list = await reading.getByRole("link").getAttribute("href");
  await chart.locator("[data-at='2']").click();
  await expect(page).toHaveURL(new RegExp(`${list?.split("?")[0]}\\?from=.*part=leads`));
});

test("a chart that nothing reads is no stop on the way of the keys", async ({ page }) => {
  await page.goto(at(winter));
  await hydrated(page);
  const drawn = await page.locator("figure:has([data-at])").count();
  expect(drawn).toBeGreaterThan(0);
  await expect(page.getByRole("application")).toHaveCount(hasProgram() ? drawn : 0);
});

async function choose(page: Page, { from, to }: typeof winter) {
  await page.getByText("Dates…").click();
  await page.getByLabel("From", { exact: true }).fill(from);
  await page.getByLabel("To before").fill(to);
  await page.getByRole("button", { name: "Show these days" }).click();
}

/** The four figures as on the page, without spaces. */
async function shown(page: Page): Promise<string[]> {
  const figures = names.map((name) => page.getByRole("article", { name }).locator(".figure").innerText());
  return (await Promise.all(figures)).map((text) => text.replace(/\s/g, ""));
}

/** The four figures as the command line computes them, in the page's words, without spaces. */
function computed({ from, to }: typeof winter): string[] {
  const { lead_to_opportunity, cac, follow_up, feedback_coverage } = kpis(from, to);
  return [
    percent(lead_to_opportunity.opportunities, lead_to_opportunity.mature),
    `€${Math.round(cac.amount_minor / 100).toLocaleString("en-GB")}`,
    `${follow_up.median_is_lower_bound ? "morethan" : ""}${duration(follow_up.median_minutes)}`,
    percent(feedback_coverage.with_verdict, feedback_coverage.due),
  ];
}

function percent(part: number, whole: number): string {
  const tenths = Math.floor((part * 2000 + whole) / (2 * whole));
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}

/** As on the page: hours and minutes below three days, days and hours above. */
function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return `${minutes}min`;
  if (hours < 72) return `${hours}h${minutes % 60 ? `${String(minutes % 60).padStart(2, "0")}min` : ""}`;
  return `${Math.floor(hours / 24)}days${hours % 24 ? `${hours % 24}h` : ""}`;
}
