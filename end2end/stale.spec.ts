// A page that misses its turn does not stay old: it asks again, and where it cannot be made current it says so. In real
// browsers, on a server of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./base";
import { addPerson, both, close } from "./people";
import { address, now, program, sample } from "./server";

test.describe("pages that miss a change", { tag: ["@program", "@desktop"] }, () => {
  test.describe.configure({ mode: "serial" });

  let folder: string;
  let server: ChildProcess;
  let url: string;

  test.beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "doubles-stale-"));
    const data = join(folder, "data");
    sample(data);
    addPerson(data, "vera", ["--admin", "--team", "marketing"]);
    addPerson(data, "bert", ["--team", "marketing"]);
    server = spawn(program, ["serve", "--address", "127.0.0.1:0", "--data", data, "--now", now]);
    url = await address(server);
  });

  test.afterAll(async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true });
  });

  test("a page that could not be asked for again is asked for once more, and nobody is kept signed in by it", async ({ browser }) => {
    const [vera, bert] = await both(browser, url);
    await bert.goto("/spend?from=2026-07&to=2026-07");
    let refused = 0;
    const byItself: (string | undefined)[] = [];
    await bert.route(/\/spend\?/, async (route) => {
      byItself.push(route.request().headers()["x-by-itself"]);
      if (refused++) return route.continue();
      await route.fulfill({ status: 503, headers: { "retry-after": "5" }, body: "Not now" });
    });
    await add(vera, "4321.50", "Told at the second attempt");
    await expect(bert.getByText("Told at the second attempt")).toBeVisible({ timeout: 10_000 });
    expect(refused).toBeGreaterThan(1);
    expect(new Set(byItself)).toEqual(new Set(["1"]));
    await close(vera, bert);
  });

  test("where the program that renews it is gone, a page says that it is old", async ({ browser }) => {
    const [vera, bert] = await both(browser, url);
    await bert.route(/renew\.js/, (route) => route.fulfill({ status: 404, body: "" }));
    await bert.goto("/spend?from=2026-07&to=2026-07");
    await add(vera, "1234.25", "After the upgrade");
    await expect(bert.getByText("Changed since you opened it.")).toBeVisible({ timeout: 10_000 });
    await bert.unroute(/renew\.js/);
    await bert.getByRole("link", { name: "Reload" }).click();
    await expect(bert.getByText("After the upgrade")).toBeVisible();
    await close(vera, bert);
  });

  test("what the program asks for by itself is marked, what a person asks for is not", async ({ browser }) => {
    const [vera, bert] = await both(browser, url);
    await bert.goto("/");
    await bert.waitForFunction(() => document.documentElement.hasAttribute("data-hydrated"));
    const asked = bert.waitForRequest(/\/api\/scoreboard/, { timeout: 10_000 });
    await add(vera, "10", "The numbers move");
    expect((await asked).headers()["x-by-itself"]).toBe("1");
    await close(vera, bert);
  });

  test("nobody is told of a change in a form in which nothing changed", async ({ browser }) => {
    const [vera, bert] = await both(browser, url);
    await bert.goto("/spend/rates");
    await bert.getByLabel("Currency").fill("CHF");
    const renewed = bert.waitForResponse(/\/spend\/rates/, { timeout: 10_000 });
    await add(vera, "11", "Concerns the ledger only");
    await renewed;
    await bert.waitForTimeout(500);
    await expect(bert.getByText("since you opened this page")).toBeHidden();
    await expect(bert.getByLabel("Currency")).toHaveValue("CHF");
    await close(vera, bert);
  });
});

/** Writes a row of spend. */
async function add(page: Page, amount: string, note: string) {
  await page.goto("/spend/new");
  await page.getByLabel("Days").fill("2026-07");
  await page.getByLabel("Amount").fill(amount);
  await page.getByLabel("Note").fill(note);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Added:")).toBeVisible();
}
