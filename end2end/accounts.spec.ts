import { type Page, expect, findings, hasProgram, test } from "./base";
import { evilServer } from "./server";

/** Takes the part of somebody of the sample company, as anybody at this machine may. */
async function lookAs(page: Page, name: string) {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: `Look as ${name}` }).click();
  await expect(page).toHaveURL(/\/$/);
}

const plain = [
  "/sign-in",
  "/settings",
  "/settings/workspace",
  "/settings/people",
  "/activity",
  "/import/quality",
  "/import/quality/same-email",
  "/import/quality/rules",
  "/join?token=1",
];

test.describe("pages of forms", () => {
  // A link that is not good any more says so, with the status of it.
  test.use({ expected: [/404/] });

  for (const address of plain) {
    test(`${address} passes the accessibility checker and is no wider than the window`, { tag: "@program" }, async ({ page }) => {
      await lookAs(page, "Miriam Osei");
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(address);
        expect(await findings(page)).toEqual([]);
        const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect(content).toBeLessThanOrEqual(window);
      }
    });
  }
});

test("sales sees leads by name, a viewer sees none, and each signs out", async ({ page }) => {
  const list = "/kpis/lead-to-opportunity/leads?from=2026-01-01&to=2026-04-01&part=opportunities";
  await lookAs(page, "Daniel Brandt");
  await page.goto(list);
  const named = await page.locator("tbody th").allInnerTexts();
  const names = named.map((text) => text.split("\n")[0]).filter((name) => /[a-z] [A-Z]/.test(name));
  expect(names.length).toBeGreaterThan(5);
  await page.goto("/settings");
  await page.getByRole("button", { name: "Sign out" }).filter({ visible: true }).click();
  await expect(page).toHaveURL(/sign-in/);
  await lookAs(page, "Ruth Adler");
  await page.goto(list);
  const text = await page.locator("main").innerText();
  expect(names.filter((name) => text.includes(name))).toEqual([]);
});

test("what an import brings is text, whatever it is called and wherever it is shown", { tag: "@program" }, async ({ page }) => {
  const said: string[] = [];
  page.on("dialog", (dialog) => {
    said.push(dialog.message());
    dialog.dismiss();
  });
  const evil = await evilServer();
  try {
    for (const path of ["/", "/kpis/lead-to-opportunity", "/kpis/lead-to-opportunity/leads?part=leads", "/activity", "/settings/workspace"]) {
      await page.goto(evil.address + path);
      if (hasProgram()) await page.waitForTimeout(300);
      expect(await page.locator("main").innerText()).not.toEqual("");
      expect(await page.locator("main img, main iframe, main script:not([src])").count(), path).toBe(0);
    }
  } finally {
    await evil.stop();
  }
  expect(said).toEqual([]);
});
