// Below a path of its host: the program in the browser, behind a proxy that passes the path on and one that takes it off.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, hydrated, test } from "./base";
import { addPerson, password } from "./people";
import { address, now, program, sample, startProxy } from "./server";

const base = "/teams/doubles";

for (const strips of [false, true]) {
  test.describe(strips ? "a proxy that takes the path off" : "a proxy that passes the path on", { tag: ["@program", "@desktop"] }, () => {
    test.describe.configure({ mode: "serial" });

    let folder: string;
    let server: ChildProcess;
    let proxy: Server;
    let url: string;

    test.beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "doubles-place-"));
      const data = join(folder, "data");
      sample(data);
      addPerson(data, "vera", ["--admin", "--head", "--team", "marketing"]);
      server = spawn(program, ["serve", "--address", "127.0.0.1:0", "--data", data, "--now", now, "--base-url", `http://localhost${base}`]);
      proxy = await startProxy(await address(server), base, strips);
      url = `http://localhost:${(proxy.address() as { port: number }).port}${base}/`;
    });

    test.afterAll(async () => {
      proxy.closeAllConnections();
      proxy.close();
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    });

    test("the program goes from page to page, asks the server, and hears of what others did", async ({ page, context }) => {
      const outside: string[] = [];
      context.on("request", (asked) => new URL(asked.url()).pathname.startsWith(`${base}/`) || outside.push(asked.url()));
      await page.goto(url);
      await page.getByLabel("Mail address").fill("vera@company.example");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page).toHaveURL(url);
      await hydrated(page);
      await page.evaluate(() => void ((window as any).stayed = true));
      const rail = page.getByRole("navigation", { name: "Main" });
      await expect(rail.getByRole("link", { name: "Scoreboard" })).toHaveAttribute("aria-current", "page");

      // A lazy page: its program, its answer, its address.
      await rail.getByRole("link", { name: "Cost of a customer" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Customer acquisition cost" })).toBeVisible();
      await expect(rail.getByRole("link", { name: "Cost of a customer" })).toHaveAttribute("aria-current", "page");
      expect(new URL(page.url()).pathname).toBe(`${base}/kpis/cac`);

      // A form and a link that ask another question.
      await page.getByText("Dates…").click();
      await page.getByLabel("From", { exact: true }).fill("2026-01-01");
      await page.getByLabel("To before").fill("2026-04-01");
      await page.getByRole("button", { name: "Show these days" }).click();
      await expect(page).toHaveURL(/\/teams\/doubles\/kpis\/cac\?.*from=2026-01-01/);
      await expect(page.getByText("1 January – 31 March 2026").first()).toBeVisible();
      await page.getByRole("link", { name: "Quarter", exact: true }).click();
      await expect(page).toHaveURL(/\/teams\/doubles\/kpis\/cac\?.*period=quarter/);
      await page.goBack();
      await expect(page).toHaveURL(/from=2026-01-01/);
      expect(await page.evaluate(() => (window as any).stayed)).toBe(true);

      // What somebody else writes is here at once.
      const other = await context.newPage();
      await other.goto(`${url}settings/workspace`);
      const again = page.waitForResponse((answer) => new URL(answer.url()).pathname === `${base}/api/kpi`, { timeout: 3_000 });
      await page.bringToFront();
      await other.getByLabel("Name").fill("Below a path");
      await other.getByRole("button", { name: "Save" }).click();
      await again;
      await expect(other.getByRole("status")).toBeVisible();
      await other.close();

      // The way out of the program, and out of the house.
      await rail.getByRole("link", { name: "Spend" }).click();
      await expect(page).toHaveURL(`${url}spend`);
      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page).toHaveURL(`${url}sign-in?done=signed-out`);
      expect(outside).toEqual([]);
    });
  });
}
