// Makes the pictures in docs/screenshots: ./dev screenshots [FOLDER]
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missing, namesNoFolder, openBrowser, openPage, root, said, Studio } from "./support.mjs";

if (missing()) throw new Error(missing());
const folder = process.argv[2] ?? join(root, "docs/screenshots");
mkdirSync(folder, { recursive: true });
const home = mkdtempSync(join(tmpdir(), "toccata-home-"));
const music = join(home, "music");
cpSync(join(root, "examples"), music, { recursive: true });
const studio = await Studio.start({ train: true, music });
studio.model = "chorales";
const browser = await openBrowser();
for (const width of [1280, 390]) {
  for (const scheme of ["light", "dark"]) {
    const page = await openPage(browser, studio, { width, scheme, height: width === 390 ? 844 : 860 });
    const take = async (name) => {
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.mouse.move(2, 2);
      await page.waitForTimeout(300);
      await namesNoFolder(page);
      await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), fullPage: width === 390 });
    };
    const number = async (label, value) => {
      await page.getByLabel(label).first().fill(`${value}`);
      await page.getByLabel(label).first().blur();
    };
    await page.getByLabel("Play while it composes").uncheck();
    await page.getByText("Seed and more").click();
    await page.getByLabel("A new seed for each piece").uncheck();
    await number("Seed", 11);
    await page.getByText("Seed and more").click();
    await page.getByRole("button", { name: /^Compose C/ }).click();
    await said(page, /^Done/, 120000);
    await take("compose");
    await page.getByRole("button", { name: "Rework", exact: true }).last().click();
    await number("From bar", 3);
    await number("To bar", 5);
    await page.getByLabel(/Colour notes by surprise/).check();
    await said(page, /nats per step in it/, 120000);
    await page.getByRole("button", { name: /^Recompose C/ }).click();
    await page.getByRole("heading", { name: "Candidates" }).waitFor({ timeout: 120000 });
    await take("rework");
    await page.getByRole("button", { name: "Train", exact: true }).first().click();
    await page.locator(".curves").waitFor();
    await take("train");
    await page.context().close();
  }
}
await browser.close();
await studio.remove();
rmSync(home, { recursive: true });
