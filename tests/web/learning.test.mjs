// Training in the page, from a drop of files to a piece by what learned from them.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { dropFiles, dropPaths, missing, openPage, root, said, setNumber, waitFor, withStudio } from "./support.mjs";

const skip = missing();

describe("learning", { skip, timeout: 900000 }, () => {
  let studio, browser;
  withStudio({}, (made) => ({ studio, browser } = made));

  test("a folder is dropped: its music, also that in folders inside it, is there under its name", async () => {
    const page = await openPage(browser, studio);
    await page.getByRole("button", { name: "Train", exact: true }).first().click();
    const folder = mkdtempSync(join(tmpdir(), "toccata-drop-"));
    try {
      const music = join(root, "examples");
      const [first, second, third] = readdirSync(music).filter((name) => /\.(mid|abc)$/.test(name));
      mkdirSync(join(folder, "my songs/more/deep"), { recursive: true });
      cpSync(join(music, first), join(folder, "my songs", first));
      cpSync(join(music, second), join(folder, "my songs/more", second));
      cpSync(join(music, third), join(folder, "my songs/more/deep", third));
      writeFileSync(join(folder, "my songs/notes.txt"), "x");
      await dropPaths(page, [join(folder, "my songs")]);
      await said(page, /3 files are here to learn from\. 1 that are no music were left out/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    await page.locator(".found p").filter({ hasText: /^3 pieces: / }).waitFor({ timeout: 60000 });
    assert.ok((await studio.json("/api/folders")).folders.some((each) => each.name === "my-songs" && each.dropped));
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("files are dropped, examined, learned from, watched and composed with, and ten minutes added", async () => {
    const page = await openPage(browser, studio);
    await page.getByRole("button", { name: "Train", exact: true }).first().click();
    const music = join(root, "examples");
    const files = readdirSync(music).filter((name) => /\.(mid|abc)$/.test(name)).slice(0, 12);
    assert.ok(files.length >= 4);
    await dropFiles(page, [...files.map((name) => ({ name, bytes: readFileSync(join(music, name)) })), { name: "broken.mid", bytes: Buffer.from("no music") }, { name: "notes.txt", bytes: Buffer.from("x") }]);
    await said(page, /here to learn from\. 1 that are no music were left out/);
    // The doctor's words.
    await page.locator(".found p").filter({ hasText: new RegExp(`${files.length} of ${files.length + 1} pieces: [\\d,]+ notes in [\\d,]+ bars`) }).waitFor({ timeout: 60000 });
    await page.getByText("What was found in each").click();
    assert.equal(await page.locator(".found li").count(), files.length + 1);
    assert.equal(await page.locator(".found li.left-out").count(), 1);
    // Minutes, and the key with progress, time left and Stop in it.
    await page.getByLabel("Name of the run").fill("dropped");
    await setNumber(page, "Time", 0.3);
    await page.getByText("More", { exact: true }).click();
    assert.equal(await page.getByText("± semitones").count(), 1);
    await page.getByRole("combobox", { name: "Begin with" }).selectOption("none");
    await page.getByLabel("Size").selectOption("small");
    await page.getByLabel("Measure often").check();
    await page.getByRole("button", { name: /^Train ↵/ }).click();
    const key = page.locator(".controls .key-box");
    await key.getByRole("button", { name: /^Stop training/ }).waitFor({ timeout: 60000 });
    await key.getByRole("progressbar").waitFor();
    // The curve, and samples with pictures of themselves.
    await page.locator(".curves").waitFor({ timeout: 180000 });
    await page.locator(".samples canvas").first().waitFor({ timeout: 180000 });
    await waitFor(() => page.locator(".samples canvas").first().evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size > 1;
    }));
    await page.locator(".stage .state").filter({ hasText: "finished" }).waitFor({ timeout: 300000 });
    // Ten more minutes: the run goes on towards them.
    const before = (await studio.json("/api/runs/dropped")).last.seconds;
    await page.getByRole("button", { name: "10 more minutes" }).click();
    await page.locator(".stage .state").filter({ hasText: "training" }).waitFor();
    await page.locator(".run-keys").getByRole("button", { name: /^Stop training/ }).waitFor();
    await waitFor(async () => Math.abs((await studio.json("/api/runs/dropped")).goal.minutes - before / 60 - 10) < 0.05, 60000);
    await page.locator(".run-keys").getByRole("button", { name: /^Stop training, (9|10):\d\d left/ }).click({ timeout: 60000 });
    await page.locator(".stage .state").filter({ hasText: "stopped" }).waitFor({ timeout: 120000 });
    await page.getByRole("button", { name: "Compose with it" }).click();
    await page.getByRole("heading", { level: 1, name: /^dropped \d+/ }).waitFor({ timeout: 120000 });
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });
});
