// Every page as a picture, kept in snapshots/ for review: whole in light on a desk and on a phone, its first screen in
// dark, where only the colours are others. After a change
// that was meant: make front release, then node_modules/.bin/playwright test --config end2end pages --update-snapshots

import { expect, findings, hydrated, test } from "./base";

const winter = "from=2026-01-01&to=2026-04-01";

const pages = {
  scoreboard: `/?${winter}`,
  "lead-to-opportunity": `/kpis/lead-to-opportunity?${winter}`,
  cac: `/kpis/cac?${winter}`,
  "follow-up": `/kpis/follow-up?${winter}`,
  "feedback-coverage": `/kpis/feedback-coverage?${winter}`,
  list: `/kpis/lead-to-opportunity/leads?${winter}&channel=Partner+referrals&part=opportunities`,
};

for (const [name, address] of Object.entries(pages)) {
  test(`${name} looks as reviewed and passes the accessibility checker`, { tag: "@program" }, async ({ page }) => {
    const onDesk = test.info().project.name === "wasm";
    for (const colorScheme of onDesk ? (["light", "dark"] as const) : (["light"] as const)) {
      await page.emulateMedia({ colorScheme });
      await page.goto(address);
      await hydrated(page);
      await page.evaluate(() => document.fonts.ready);
      expect(await findings(page)).toEqual([]);
      const picture = `${name}-${onDesk ? colorScheme : "390"}.png`;
      await expect(page).toHaveScreenshot(picture, { fullPage: colorScheme === "light" });
    }
  });
}
