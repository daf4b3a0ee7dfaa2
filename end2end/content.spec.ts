import type { Page } from "@playwright/test";
import { expect, findings, hasProgram, test } from "./base";
import { ownServer } from "./server";

/** Takes the part of somebody of the sample company. */
async function lookAs(page: Page, name: string, server = "") {
  await page.goto(`${server}/sign-in`);
  await page.getByRole("button", { name: `Look as ${name}` }).click();
  await expect(page).toHaveURL(/\/$/);
}

const titles = (page: Page) => page.locator("#found .item h3 a").allInnerTexts();

test("the library passes the accessibility checker and is no wider than the window", async ({ page }) => {
  test.slow();
  for (const name of ["Daniel Brandt", "Miriam Osei"]) {
    await lookAs(page, name);
    const addresses = [
      "/content",
      "/content?q=works+counsil&stage=decision",
      "/content?q=nothing+is+called+so",
      "/content/1",
      "/content/5/edit",
      "/content/map",
      "/content/requests",
      "/content/requests/2",
      "/content/ask?origin=gap",
      "/content/curate?list=expiring",
      "/content/import",
    ];
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

test("what is typed is found at once, typos forgiven, and stands in the address", async ({ page }) => {
  await lookAs(page, "Daniel Brandt");
  await page.goto("/content");
  const field = page.getByRole("searchbox", { name: "Find content" });
  await field.fill("works counsil");
  if (!hasProgram()) await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(page.locator("#found")).toContainText("for “works council”");
  await expect(page).toHaveURL(/q=works\+counsil/);
  expect((await titles(page))[0]).toContain("works council");
  await expect(page.locator("#found mark").first()).toBeVisible();
  await page.reload();
  await expect(page.locator("#found")).toContainText("for “works council”");
});

test("narrowing down keeps what was typed, and so does all that leads on from it", async ({ page }) => {
  await lookAs(page, "Daniel Brandt");
  await page.goto("/content");
  const field = page.getByRole("searchbox", { name: "Find content" });
  await field.fill("safety");
  if (!hasProgram()) await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(page.locator("#found")).toContainText("for “safety”");
  if (hasProgram()) await expect(field).toBeFocused();
  await expect(page.getByRole("link", { name: "CSV of what was found" })).toHaveAttribute("href", /q=safety/);
  const narrow = page.locator("details.narrow");
  if ((await narrow.getAttribute("open")) == null) await narrow.locator("summary").click();
  const first = page.locator("#facets input[type=checkbox]:enabled").first();
  const [name, value] = [await first.getAttribute("name"), await first.getAttribute("value")];
  const tick = page.locator(`#facets input[name="${name}"][value="${value}"]`);
  await tick.check();
  if (hasProgram()) {
    await field.fill("safe");
    await expect(page.locator("#found")).toContainText("for “safe”");
    await expect(tick, "what is ticked and not asked for yet stays").toBeChecked();
  }
  await page.getByRole("button", { name: "Show these" }).click();
  await expect(page).toHaveURL(new RegExp(`${name}=${value}`));
  await expect(field).toHaveValue(hasProgram() ? "safe" : "safety");
  await expect(page.getByRole("link", { name: "Show everything" })).toHaveAttribute("href", /q=safe/);
});

test("sales shares from a lead by one press, and takes it back", async ({ page }) => {
  const server = await ownServer("2026-07-30T13:00:00Z");
  try {
    await lookAs(page, "Daniel Brandt", server.address);
    await page.goto(`${server.address}/leads?list=all`);
    await page.locator("#queue tr[data-lead] .row-link").first().click();
    const aside = page.locator("#content");
    const share = aside.getByRole("button", { name: /^Share/ }).first();
    await share.click();
    await expect(aside.getByRole("status")).toContainText("This lead");
    await expect(aside).toContainText("It got");
    await aside.getByRole("button", { name: "Undo" }).click();
    await expect(page.locator("#content")).not.toContainText("It got");
  } finally {
    await server.stop();
  }
});

test("marketing approves what waits for it", async ({ page }) => {
  const server = await ownServer("2026-07-30T13:00:00Z");
  try {
    await lookAs(page, "Miriam Osei", server.address);
    await page.goto(`${server.address}/content/curate?list=review`);
    await page.getByRole("link", { name: /^Night trial/ }).click();
    await page.getByRole("button", { name: "Approve" }).click();
    await expect(page.getByRole("status")).toContainText("Approved.");
    await page.goto(`${server.address}/content?status=approved&q=night+trial`);
    expect(await titles(page)).toContain("Night trial: checklist for the first aisle");
  } finally {
    await server.stop();
  }
});
