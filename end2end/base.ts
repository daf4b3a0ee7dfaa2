// What every browser test starts from: a page that must stay silent.

import { type Page, expect, test as base } from "@playwright/test";
import { readFileSync } from "node:fs";
import { stopped } from "./server";

type Options = {
  /** Complaints that a test provokes, such as the 404 of an unknown address. */
  expected: RegExp[];
};

export const test = base.extend<Options>({
  expected: [[], { option: true }],

  baseURL: async ({}, use) => use(process.env.DOUBLES_URL),

  // Every test gets its page here; whatever has to be done before any page can be shown belongs here too.
  // Whatever the browser complains of fails the test: errors and warnings on the console (a blocked script or style
  // among them), exceptions, requests that fail, answers of 400 and above.
  page: async ({ page, expected }, use) => {
    const complaints: string[] = [];
    // A test that stops its server leaves a page open that goes on asking.
    const isStopped = (address: string) => URL.canParse(address) && stopped.has(new URL(address).origin);
    page.on("console", (said) => {
      // What is fetched for scripts nobody uses where they are switched off.
      const unused = said.text().includes("was preloaded using link preload but not used") && !hasProgram();
      if (!["error", "warning"].includes(said.type()) || unused || isStopped(said.location().url)) return;
      complaints.push(`console ${said.type()}: ${said.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`exception: ${error}`));
    page.on("requestfailed", (request) => {
      // The browser gives up what a page was still loading when it is left, and scripts where they are switched off.
      const left = request.failure()?.errorText === "net::ERR_ABORTED" || isStopped(request.url());
      const switchedOff = request.resourceType() === "script" && !hasProgram();
      if (!left && !switchedOff) complaints.push(`request failed: ${request.url()} ${request.failure()?.errorText}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) complaints.push(`answered ${response.status()}: ${response.url()}`);
    });
    await use(page);
    expect(complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)))).toEqual([]);
  },
});

export { expect };

/** Whether the program runs in the browser of this test. */
export const hasProgram = () => test.info().project.name !== "no-js";

/** Waits until the program has taken over the page, so that a click meets it. */
export async function hydrated(page: Page) {
  if (hasProgram()) await page.waitForFunction(() => document.documentElement.hasAttribute("data-hydrated"));
}

const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What the accessibility checker finds wrong on the page, as readable lines; nothing is right. */
export async function findings(page: Page): Promise<string[]> {
  // Evaluated by the browser's debugger, which the page's content security policy does not concern.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (window as any).axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap((rule: any) => rule.nodes.map((node: any) => `${rule.id}: ${rule.help}: ${node.html}`));
  });
}
