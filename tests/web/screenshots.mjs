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
      await page.evaluate((whole) => {
        window.scrollTo(0, 0);
        // In a picture of the whole page what sticks to the window's edge would lie across it.
        document.querySelector(".says").style.position = whole ? "static" : "";
      }, width === 390);
      await page.mouse.move(2, 2);
      await page.waitForTimeout(300);
      await namesNoFolder(page);
      await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), fullPage: width === 390 });
    };
    // On a small screen the choices are in a fold, closed as users find it.
    const fold = async () => {
      const choices = page.locator(".choices > summary");
      if (await choices.count()) await choices.click();
    };
    const number = async (label, value) => {
      await page.getByLabel(label).first().fill(`${value}`);
      await page.getByLabel(label).first().blur();
    };
    await fold();
    await take("opening");
    await fold();
    await page.getByLabel("Play while it composes").uncheck();
    await page.getByText("Seed and more").click();
    await page.getByLabel("A new seed for each piece").uncheck();
    await number("Seed", 11);
    await page.getByText("Seed and more").click();
    await page.getByRole("button", { name: /^Compose C/ }).click();
    await said(page, /^Done/, 120000);
    await fold();
    await take("compose");
    await page.getByRole("button", { name: "Rework", exact: true }).last().click();
    await fold();
    await number("From bar", 3);
    await number("To bar", 5);
    await page.getByLabel(/Colour notes by surprise/).check();
    await said(page, /how much it surprises/, 120000);
    await page.getByRole("button", { name: /^Recompose C/ }).click();
    await said(page, /to choose from/, 120000);
    await fold();
    await take("rework");
    await page.getByRole("button", { name: "Train", exact: true }).first().click();
    await page.locator(".curves").waitFor();
    await page.locator(".samples canvas").first().waitFor();
    await take("train");
    await page.context().close();
  }
}
await browser.close();
await studio.remove();
rmSync(home, { recursive: true });
