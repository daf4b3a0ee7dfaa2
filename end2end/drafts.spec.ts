// What somebody types outlives a crash and a session that has ended, and goes when they sign out; and two people at one
// text lose nothing. In real browsers, on a server of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, findings, test } from "./base";
import { addPerson, both, close, person, signIn } from "./people";
import { address, now, program, sample } from "./server";

test.describe("drafts", { tag: ["@program", "@desktop"] }, () => {
  test.describe.configure({ mode: "serial" });

  let folder: string;
  let server: ChildProcess;
  let url: string;

  test.beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "doubles-drafts-"));
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

  test("what was typed is offered back after a crash, and no more once it is saved", async ({ browser }) => {
    const context = await person(browser, url, "vera");
    const lost = await context.newPage();
    await type(lost, "1234.50", "Booth at the fair");
    await lost.close({ runBeforeUnload: false });

    const page = await context.newPage();
    await page.goto("/spend/new");
    await expect(offer(page)).toBeVisible();
    await expect(page.getByLabel("Amount")).toHaveValue("");
    expect(await findings(page)).toEqual([]);
    await page.getByRole("button", { name: "Bring it back" }).click();
    await expect(page.getByLabel("Amount")).toHaveValue("1234.50");
    await expect(page.getByLabel("Note")).toHaveValue("Booth at the fair");
    await expect(offer(page)).toBeHidden();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Added: €1,234.50")).toBeVisible();
    await page.goto("/spend/new");
    await expect(page.getByLabel("Amount")).toHaveValue("");
    await expect(offer(page)).toBeHidden();
    await context.close();
  });

  test("what was typed is offered back after a session that ended, to nobody but its writer", async ({ browser }) => {
    const context = await person(browser, url, "vera");
    const page = await context.newPage();
    await type(page, "77", "Half a thought");
    await context.clearCookies();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("heading", { name: "Not signed in" })).toBeVisible();

    await page.goto("/sign-in?next=%2Fspend%2Fnew");
    await signIn(page, "bert");
    await expect(page).toHaveURL(/\/spend\/new$/);
    await expect(page.getByLabel("Amount")).toHaveValue("");
    await expect(offer(page)).toBeHidden();

    await context.clearCookies();
    await page.goto("/spend/new");
    await signIn(page, "vera");
    await expect(page).toHaveURL(/\/spend\/new$/);
    await expect(offer(page)).toBeVisible();
    await page.getByRole("button", { name: "Bring it back" }).click();
    await expect(page.getByLabel("Note")).toHaveValue("Half a thought");
    await context.close();
  });

  test("saving one thing ends the draft of that form and of no other one", async ({ browser }) => {
    const context = await person(browser, url, "vera");
    const page = await context.newPage();
    // Sent, and not taken: its draft is kept.
    await page.goto("/spend/new");
    await page.getByLabel("Days").fill("some day");
    await page.getByLabel("Amount").fill("99");
    await page.getByLabel("Note").fill("Still to be said");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    expect(await drafts(page)).toContain("Still to be said");
    // Something else is sent, and taken.
    await page.goto("/settings/workspace");
    await page.getByLabel("Name").fill("Northaisle once more");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page).toHaveURL(/done=workspace/);
    await expect.poll(() => drafts(page)).not.toContain("Northaisle once more");
    expect(await drafts(page)).toContain("Still to be said");
    await page.goto("/spend/new");
    await expect(offer(page)).toBeVisible();
    await page.getByRole("button", { name: "Throw it away" }).click();
    await context.close();
  });

  test("who signs out leaves nothing of what they typed in the browser", async ({ browser }) => {
    const context = await person(browser, url, "vera");
    const page = await context.newPage();
    await type(page, "88", "Nobody else's business");
    await expect.poll(() => drafts(page)).toContain("Nobody else's business");
    await page.goto("/spend");
    await page.getByRole("button", { name: "Sign out" }).filter({ visible: true }).first().click();
    await expect(page.getByText("You are signed out.")).toBeVisible();
    await expect.poll(() => drafts(page)).toBe("");
    await page.goto("/spend/new");
    await signIn(page, "vera");
    await expect(page).toHaveURL(/\/spend\/new$/);
    await expect(page.getByLabel("Amount")).toHaveValue("");
    await expect(offer(page)).toBeHidden();
    await context.close();
  });

  test("who saves second where both changed one text sees both, and what they choose stands", async ({ browser }) => {
    const [vera, bert] = await both(browser, url);
    await type(vera, "500", "Stand at the fair");
    await vera.getByRole("button", { name: "Save" }).click();
    await expect(vera.getByText("Added: €500")).toBeVisible();
    const row = /row=(\d+)/.exec(vera.url())?.[1];
    for (const page of [vera, bert]) await page.goto(`/spend/${row}`);
    await vera.getByLabel("Note").fill("Stand at the spring fair");
    await bert.getByLabel("Note").fill("Stand at the fair in Cologne");
    await vera.getByRole("button", { name: "Save" }).click();
    await expect(vera.getByText("Saved: €500")).toBeVisible();

    await bert.getByRole("button", { name: "Save" }).click();
    await expect(bert.getByRole("heading", { name: "Vera saved this while you wrote" })).toBeVisible();
    for (const said of ["spring", "in Cologne"]) await expect(bert.locator(".merge ins").filter({ hasText: said })).toBeVisible();
    await expect(bert.getByLabel("Together")).toHaveValue("Stand at the spring fair in Cologne");
    // What is being written there outlives a crash, too.
    await bert.getByLabel("Together").fill("Stand at the spring fair in Cologne, hall 5");
    expect(await drafts(bert)).toContain("hall 5");
    expect(await findings(bert)).toEqual([]);
    await vera.goto(`/spend/${row}`);
    await expect(vera.getByLabel("Note")).toHaveValue("Stand at the spring fair");

    await bert.getByRole("button", { name: "Save what I chose" }).click();
    await expect(bert.getByText("Saved: €500")).toBeVisible();
    await vera.goto(`/spend/${row}`);
    await expect(vera.getByLabel("Note")).toHaveValue("Stand at the spring fair in Cologne, hall 5");
    await expect.poll(() => drafts(bert)).toBe("");
    await close(vera, bert);
  });
});

/** Writes into the form of a new row of spend. */
async function type(page: Page, amount: string, note: string) {
  await page.goto("/spend/new");
  await page.getByLabel("Days").fill("2026-07");
  await page.getByLabel("Amount").fill(amount);
  await page.getByLabel("Note").fill(note);
}

const offer = (page: Page) => page.getByText("You had typed something here");

/** Everything that this browser keeps of what people type. */
const drafts = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("draft:")).map((name) => localStorage[name]).join());
