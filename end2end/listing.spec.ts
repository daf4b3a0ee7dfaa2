import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, hydrated, test } from "./base";
import { kpis } from "./server";

/** The sample company's smallest channel: its leads fit on one page. */
const winter = "from=2026-01-01&to=2026-04-01&channel=Partner+referrals";
const list = `/kpis/lead-to-opportunity/leads?${winter}&part=leads`;

test("a number of the scoreboard opens onto as many leads", async ({ page }) => {
  const { mature } = kpis("2026-01-01", "2026-04-01", "--channel", "Partner referrals").lead_to_opportunity;
  await page.goto(`/?${winter}`);
  await hydrated(page);
  await page.getByRole("link", { name: `${mature} mature leads` }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(new RegExp(`^Mature: .*\\b${mature}\\sleads?$`));
  await expect(page.getByRole("row")).toHaveCount(mature + 1);
});

test("a heading sorts, and once more the other way round", async ({ page }) => {
  await page.goto(list);
  await hydrated(page);
  const heading = page.getByRole("columnheader", { name: "Lead", exact: true });
  for (const order of ["ascending", "descending"]) {
    await heading.getByRole("link").click();
    await expect(heading).toHaveAttribute("aria-sort", order);
    const isSorted = async () => {
      const shown = (await names(page)).map((name) => name.toLowerCase());
      const steps = shown.slice(1).map((name, n) => (order === "ascending" ? shown[n] <= name : name <= shown[n]));
      return shown.length > 1 && steps.every(Boolean);
    };
    await expect.poll(isSorted).toBe(true);
  }
});

test("a search finds a lead by its name, and says where there is none", async ({ page }) => {
  await page.goto(list);
  await hydrated(page);
  const [wanted] = await names(page);
  await search(page, wanted);
  // Two leads may have one name.
  await expect.poll(async () => [...new Set(await names(page))]).toEqual([wanted]);
  await expect(page).toHaveURL(/part=leads/);
  await search(page, "no such lead");
  await expect(page.getByText("has this in name, e-mail, company or number")).toBeVisible();
});

test("the files hold every lead of the list", async ({ page }) => {
  await page.goto(list);
  const shown = await names(page);
  for (const name of ["CSV as shown", "CSV for machines"]) {
    const href = await page.getByRole("link", { name }).getAttribute("href");
    const file = await page.request.get(href ?? "");
    expect(file.headers()["content-disposition"]).toMatch(/attachment; filename="[a-z0-9-]+\.csv"/);
    expect((await file.text()).trim().split("\n")).toHaveLength(shown.length + 1);
  }
});

test("the list passes the accessibility checker and is no wider than the window", async ({ page }) => {
  await page.goto(list);
  await hydrated(page);
  if (hasProgram()) expect(await findings(page)).toEqual([]);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(window);
});

async function search(page: Page, text: string) {
  await page.getByLabel("Name, e-mail, company or number").fill(text);
  await page.getByRole("button", { name: "Search" }).click();
}

/** The leads' names from top to bottom. */
async function names(page: Page): Promise<string[]> {
  const rows = await page.getByRole("rowheader").allInnerTexts();
  return rows.map((row) => row.split("\n")[0]);
}
