import { defineConfig, devices } from "@playwright/test";

// Every page is tried with the program in the browser, without any JavaScript, and on a phone. What needs the program
// (or a script that checks the page) is tagged @program; what is about no width is tagged @desktop and tried once.
export default defineConfig({
  testDir: ".",
  outputDir: "results",
  snapshotPathTemplate: "{testDir}/snapshots/{arg}{ext}",
  // The letters' edges differ a little between versions of the browser.
  expect: { toHaveScreenshot: { animations: "disabled", maxDiffPixelRatio: 0.01, threshold: 0.25 } },
  globalSetup: "./server.ts",
  forbidOnly: !!process.env.CI,
  fullyParallel: true,
  workers: 3,
  // A browser on a busy machine may be late once; what passes only then is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 30_000,
  reporter: process.env.CI ? "line" : "list",
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      // Debian's own; the browser that Playwright would download is not needed.
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none", "--disable-lcd-text"],
    },
  },
  projects: [
    { name: "wasm", use: { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 } } },
    { name: "no-js", grepInvert: /@program/, use: { ...devices["Desktop Chrome"], javaScriptEnabled: false } },
    { name: "mobile", grepInvert: /@desktop/, use: { ...devices["Desktop Chrome"], viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
  ],
});
