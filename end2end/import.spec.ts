// A file on its way in, as people see it: with the program, without any script, and on a phone.

import { type Page, expect, findings, hasProgram, test } from "./base";
import { newHouse } from "./server";

const leads = [
  "Record ID;Email;Create Date;Original Source;Company",
  ...Array.from({ length: 40 }, (_, n) => `${n + 1};p${n}@x.example;2026-0${(n % 6) + 1}-14 08:14;Webinar;Company ${n}`),
  "41;q@x.example;soon;Fair;Brandt",
].join("\n");

test.describe.configure({ mode: "serial" });

let house: Awaited<ReturnType<typeof newHouse>>;
test.beforeAll(async () => {
  house = await newHouse();
});
test.afterAll(() => house.stop());

async function looksRight(page: Page) {
  if (hasProgram()) expect(await findings(page)).toEqual([]);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(window);
}

test("a file is uploaded, its columns are looked at, checked, imported and taken back", async ({ page }) => {
  await page.goto(`${house.address}/import`);
  await looksRight(page);
  await page.getByLabel("Which system does it come from?").fill("crm");
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "contacts.csv", mimeType: "text/csv", buffer: Buffer.from(leads) });
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("contacts.csv");
  await expect(page.getByText("41 rows, 5 columns: semicolons, UTF-8")).toBeVisible();
  await looksRight(page);

  // What is chosen is shown at once where there is a script, and by the button where there is none.
  await page.getByLabel("Field for Company").selectOption("segment");
  if (!hasProgram()) await page.getByRole("button", { name: "Update the preview" }).click();
  await expect(page.getByRole("columnheader", { name: "Segment" })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Field for Company")).toHaveValue("segment");

  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByRole("heading", { name: "Check: 40 rows can be taken, 1 cannot" })).toBeVisible();
  await expect(page.getByText("soon").last()).toBeVisible();
  await looksRight(page);
  await page.getByRole("button", { name: "Run the import" }).click();
  await expect(page.getByRole("heading", { name: "Imported: 40 rows taken, 1 not" })).toBeVisible();
  await looksRight(page);

  await page.getByRole("link", { name: "See its leads" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(40);
  await looksRight(page);
  await page.goto(`${house.address}/import/history`);
  await looksRight(page);
  await page.getByRole("link", { name: "contacts.csv" }).click();
  await looksRight(page);
  await page.getByText("Take this import back").click();
  await page.getByRole("button", { name: "Yes, take it back" }).click();
  await expect(page.getByText("It was taken back").first()).toBeVisible();
});

test("a question is asked beside its column and answered there", async ({ page }) => {
  await page.goto(`${house.address}/import`);
  const buffer = Buffer.from("id,created_at\n1,04/09/2026\n2,05/09/2026\n");
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "dates.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByText("One question is open")).toBeVisible();
  await looksRight(page);
  await page.getByLabel("4 September 2026").check();
  if (!hasProgram()) await page.getByRole("button", { name: "Update the preview" }).click();
  await expect(page.getByText("One question is open")).toBeHidden();
  await expect(page.getByRole("cell", { name: /2026-09-04/ }).first()).toBeVisible();
  await page.getByRole("button", { name: "Discard this one" }).click();
  await expect(page.getByText("Nothing of it is kept")).toBeVisible();
});

test.describe("in the dark", () => {
  test.use({ colorScheme: "dark" });

  test("the pages pass the accessibility checker as well", { tag: "@program" }, async ({ page }) => {
    for (const path of ["/import", "/import/history"]) {
      await page.goto(house.address + path);
      await looksRight(page);
    }
  });
});
