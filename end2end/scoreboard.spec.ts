import type { Page } from "@playwright/test";
import { expect, findings, hydrated, test } from "./base";
import { kpis } from "./server";

const winter = { from: "2026-01-01", to: "2026-04-01" };
const autumn = { from: "2025-10-01", to: "2026-01-01" };

const numbers = ["Lead-to-opportunity rate", "Customer acquisition cost", "Follow-up time, median", "Feedback coverage"];

const at = ({ from, to }: typeof winter) => `/?from=${from}&to=${to}`;

test("the period in the address has the figures of the command line", async ({ page }) => {
  for (const period of [autumn, winter]) {
    await page.goto(at(period));
    for (const heading of numbers) {
      await expect(page.getByRole("heading", { name: heading })).toBeVisible();
    }
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

async function choose(page: Page, { from, to }: typeof winter) {
  await page.getByText("Dates…").click();
  await page.locator("[name=from]").fill(from);
  await page.locator("[name=to]").fill(to);
  await page.locator("form", { has: page.locator("[name=from]") }).getByRole("button").first().click();
}

/** The four figures as on the page, without spaces. */
async function shown(page: Page): Promise<string[]> {
  const figures = await Promise.all(numbers.map((name) => page.getByRole("article", { name }).locator(".figure").innerText()));
  return figures.map((text) => text.replace(/\s/g, ""));
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
