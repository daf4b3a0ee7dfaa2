import { expect, findings, hasProgram, hydrated, test } from "./base";

test("the program takes over the page without a word on the console", { tag: "@program" }, async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
});

test("a page of another program file is taken over as well, at once and when walked to", { tag: "@program" }, async ({ page }) => {
  await page.goto("/kpis/cac");
  await hydrated(page);
  await page.getByRole("navigation").getByRole("link", { name: /Score/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Scoreboard");
  await page.locator(".court h2 a", { hasText: "Follow-up" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Follow-up time, median");
});

test.describe("a page whose program file is gone, as after an update of the server,", () => {
  test.use({ expected: [/404|failed to load|WebAssembly|TypeError/] });

  test("is asked of the server", { tag: "@program" }, async ({ page }) => {
    await page.goto("/");
    await hydrated(page);
    await page.route("**/split_kpi.wasm", (route) => route.fulfill({ status: 404 }), { times: 1 });
    await page.evaluate(() => Object.assign(window, { loadedBefore: true }));
    await page.locator(".court h2 a", { hasText: "acquisition cost" }).click();
    await page.waitForFunction(() => !("loadedBefore" in window));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Customer acquisition cost");
    await hydrated(page);
  });
});

test.describe("an unknown address", () => {
  test.use({ expected: [/404/] });

  test("is a page that leads back", async ({ page }) => {
    const answer = await page.goto("/nothing/here");
    expect(answer?.status()).toBe(404);
    if (hasProgram()) expect(await findings(page)).toEqual([]);
    await page.getByRole("link", { name: /scoreboard/i }).first().click();
    await expect(page).toHaveURL(/\/$/);
  });
});

test("a page and all that it loads are small and few", { tag: "@program" }, async ({ page }) => {
  const sizes: Promise<[string, number]>[] = [];
  // The stream of changes never ends, and brings nothing while nobody changes anything: it is counted apart.
  page.on("requestfinished", (request) => {
    sizes.push(request.sizes().then((size) => [request.url(), size.responseBodySize]));
  });
  await page.goto("/");
  await hydrated(page);
  await page.waitForTimeout(500);
  const loaded = (await Promise.all(sizes)).filter(([url]) => !url.endsWith(".woff2"));
  const total = loaded.reduce((sum, [, size]) => sum + size, 0);
  expect(loaded.length, loaded.join("\n")).toBeLessThanOrEqual(8);
  expect(total, loaded.join("\n")).toBeLessThanOrEqual(300_000);
});
