// Each flow of the page, end to end: the real server, a real model, a real browser.
// node --test tests/web   (TOCCATA_BUILD names the build folder; build/release by default)
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { compose, heard, listenTo, midiOf, missing, namesNoFolder, openFile as open, openPage, said, setNumber, setText, waitFor, withStudio } from "./support.mjs";

const skip = missing();

describe("the page", { skip, timeout: 600000 }, () => {
  let studio, browser;
  withStudio({ train: true }, (made) => ({ studio, browser } = made));

  test("a composer is offered the newest run first, and no benchmark models", async () => {
    const { models } = await studio.json("/api/models");
    assert.ok(models.some((each) => each.name.startsWith("benchmarks/") && each.kind === "benchmark"));
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(studio.url);
    const choice = page.getByLabel("Model").first();
    await page.getByRole("button", { name: /^Compose C/, disabled: false }).waitFor();
    assert.equal(await choice.inputValue(), "pupil");
    const offered = await choice.locator("option").evaluateAll((options) => options.map((option) => option.value));
    assert.deepEqual(offered.sort(), models.filter((each) => each.kind !== "benchmark").map((each) => each.name).sort());
    await context.close();
  });

  test("one press of the key composes a piece that is the command line's, byte for byte", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await page.getByText("Seed and more").click();
    await page.getByLabel("A new seed for each piece").uncheck();
    await setNumber(page, "Seed", 77);
    await compose(page);
    await page.getByRole("heading", { level: 1, name: `${studio.model} 77` }).waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "MIDI", exact: true }).click()]);
    const bytes = readFileSync(await download.path());
    const order = { model: studio.model, steps: 64, pieces: 1, seed: 77, meter: "4/4" };
    const made = await studio.json("/api/compositions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) });
    await waitFor(async () => (await studio.json(`/api/compositions/${made.id}`)).state === "done");
    const again = Buffer.from(await (await fetch(`${studio.url}/api/compositions/${made.id}/pieces/0.mid`)).arrayBuffer());
    assert.ok(bytes.equals(again));
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("notes appear while they are composed, and are heard", async () => {
    const page = await openPage(browser, studio);
    await setNumber(page, "Length", 512);
    await setNumber(page, "Pieces", 4);
    await page.getByRole("button", { name: /^Compose C/ }).click();
    const bar = page.getByRole("progressbar");
    const seen = new Set();
    await waitFor(async () => {
      const value = await bar.getAttribute("value", { timeout: 1000 }).catch(() => null);
      if (value !== null) seen.add(value);
      return seen.size > 3 || (await page.locator(".says").textContent()).startsWith("Done");
    }, 60000);
    assert.ok(seen.size >= 2, "progress was seen to grow");
    await page.getByRole("button", { name: "Stop playing" }).waitFor();
    await page.locator(".where").filter({ hasText: /bar [2-9]/ }).waitFor({ timeout: 60000 });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.context().close();
  });

  test("the first press sounds, however late the page listens to the events", async () => {
    const prepare = async (page) => {
      await page.route("**/events", async (route) => {
        await new Promise((done) => setTimeout(done, 900));
        await route.continue();
      });
      await listenTo(page);
    };
    const page = await openPage(browser, studio, { prepare });
    await compose(page, 4);
    await waitFor(async () => (await page.evaluate(() => window.loudest)) > 0.001, 20000);
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("composing can be stopped, and what was there is kept", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await setNumber(page, "Length", 512);
    await setNumber(page, "Pieces", 2);
    await page.getByRole("button", { name: /^Compose C/ }).click();
    await waitFor(async () => Number(await page.getByRole("progressbar").getAttribute("value").catch(() => 0)) >= 1);
    await page.getByRole("button", { name: /^Stop composing/ }).click();
    await said(page, /^(Stopped|Done)/);
    assert.ok((await page.getByRole("button", { name: /^Show / }).count()) >= 1);
    await page.context().close();
  });

  test("it plays from any bar, in another tempo, in a loop, by keys alone", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await compose(page, 6);
    const roll = page.getByRole("slider", { name: /bar to play from/ });
    await roll.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await roll.getAttribute("aria-valuenow"), "3");
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Stop playing" }).waitFor();
    await page.locator(".where").filter({ hasText: /bar [3-6]/ }).waitFor();
    await page.locator(".where").filter({ hasText: /bar [4-6]/ }).waitFor({ timeout: 20000 });
    await setNumber(page, "Tempo", 240);
    await page.getByRole("button", { name: "Loop", exact: true }).click();
    await page.locator(".where").filter({ hasText: /bar 1/ }).waitFor({ timeout: 30000 });
    await roll.focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: /^Play from/ }).waitFor();
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("a reload loses nothing, even while it composes", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await compose(page);
    const title = await page.getByRole("heading", { level: 1 }).textContent();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await setNumber(page, "Length", 300);
    await page.getByRole("button", { name: /^Compose C/ }).click();
    await waitFor(async () => Number(await page.getByRole("progressbar").getAttribute("value").catch(() => 0)) >= 0);
    await page.reload();
    await said(page, /^Done/, 120000);
    assert.equal(await page.getByRole("button", { name: /^Show / }).count(), 2);
    await page.context().close();
  });

  const openFile = async (page) => {
    const order = { model: studio.model, bars: 8, seed: 3 };
    const made = await studio.json("/api/compositions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) });
    await waitFor(async () => (await studio.json(`/api/compositions/${made.id}`)).state === "done");
    await open(page, Buffer.from(await (await fetch(`${studio.url}/api/compositions/${made.id}/pieces/0.mid`)).arrayBuffer()));
  };

  /** The order that the page sends next, and the pieces that come of it. */
  const ordered = async (page, act) => {
    const [request] = await Promise.all([page.waitForRequest((each) => each.method() === "POST" && each.url().endsWith("/api/compositions")), act()]);
    const made = await (await request.response()).json();
    await waitFor(async () => ["done", "failed"].includes((await studio.json(`/api/compositions/${made.id}`)).state), 120000);
    const outline = await studio.json(`/api/compositions/${made.id}`);
    assert.equal(outline.state, "done", outline.error);
    const pieces = await Promise.all(outline.pieces.map(({ number }) => studio.json(`/api/compositions/${made.id}/pieces/${number}.json`)));
    return { order: JSON.parse(request.postData()), outline, pieces: pieces.map((each) => each.music) };
  };
  const name = (note) => note.join(":");
  const sounding = (music, step) => music.notes.filter(([onset, length]) => onset <= step && onset + length > step).map((note) => note[2]);

  test("limits hold: key, range, voices, chords and ending, from the page to the notes", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await setNumber(page, "Length", 4);
    await setNumber(page, "Pieces", 2);
    await page.locator("summary", { hasText: /^Limits/ }).click();
    await setText(page, "Key", "D minor");
    await setText(page, "Range", "C3-E5");
    await setText(page, "Most notes", "4");
    await setText(page, "Chords", "Dm | Gm A | Dm");
    await setText(page, "Ending", "tonic");
    await page.locator("summary", { hasText: /^Sampling/ }).click();
    await page.getByLabel("Foresight", { exact: true }).selectOption("8");
    await page.getByLabel("Pick", { exact: true }).selectOption("heaviest");
    const { order, pieces } = await ordered(page, () => page.getByRole("button", { name: /^Compose C/ }).click());
    assert.equal(order.key, "D minor");
    assert.equal(order.particles, 8);
    assert.equal(order.pick, "heaviest");
    const chords = [[2, 5, 9], [2, 5, 9], [7, 10, 2], [9, 1, 4], [2, 5, 9], [2, 5, 9], [2, 5, 9], [2, 5, 9]]; // of each half bar
    for (const music of pieces) {
      assert.ok(music.notes.length > 0);
      for (let step = 0; step < music.steps; ++step) {
        const now = sounding(music, step);
        assert.ok(now.length <= 4);
        for (const pitch of now) assert.ok(pitch >= 48 && pitch <= 76 && chords[Math.floor(step / 8)].includes(pitch % 12), `${pitch} at ${step}`);
      }
      assert.deepEqual(new Set(sounding(music, music.steps - 1).map((pitch) => pitch % 12)), new Set([2, 5, 9]));
    }
    await said(page, /^Done/);
    // Side by side: the second plays on from where the first was, and goes on the roll.
    await page.getByRole("button", { name: "Play candidate A" }).click();
    await page.getByRole("button", { name: "Play candidate B" }).click();
    await page.getByRole("button", { name: "Stop candidate B" }).click();
    await page.getByRole("button", { name: "Show candidate B" }).click();
    await page.getByRole("heading", { level: 1, name: /, 2$/ }).waitFor();
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("what cannot be is refused in words, and the controls stay as they were", async () => {
    const page = await openPage(browser, studio);
    await page.locator("summary", { hasText: /^Limits/ }).click();
    await setText(page, "Chords", "C | Qsus");
    await page.getByRole("button", { name: /^Compose C/ }).click();
    await page.getByRole("alert").filter({ hasText: "Qsus" }).waitFor();
    assert.equal(await page.getByLabel("Chords", { exact: true }).inputValue(), "C | Qsus");
    page.errors = page.errors.filter((error) => !error.includes("400"));
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("a region is composed to fit what follows it; all else stays, note for note", async () => {
    const page = await openPage(browser, studio);
    await openFile(page);
    await setNumber(page, "From bar", 3);
    await setNumber(page, "To bar", 4);
    await setNumber(page, "Candidates", 2);
    const { order, outline, pieces } = await ordered(page, () => page.getByRole("button", { name: /^Recompose/ }).click());
    assert.ok(outline.pieces[0].log_evidence < 0, "by inference, not by masking");
    const { from, to } = order.infill;
    const music = await heard(studio, order.infill);
    const outside = (each) => each.notes.filter(([onset, length]) => onset + length <= from || onset > to).map(name);
    for (const piece of pieces) assert.deepEqual(outside(piece), outside(music));
    assert.ok(pieces.some((piece) => piece.notes.map(name).join() !== music.notes.map(name).join()), "and the region is new");
    await page.getByRole("heading", { name: "Candidates" }).waitFor();
    await page.getByRole("button", { name: "Take candidate A" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "MIDI", exact: true }).click()]);
    assert.ok(readFileSync(await download.path()).includes('"region":{"from":'), "its receipt says how it was made");
    await page.context().close();
  });

  test("the melody of a dropped file is harmonised", async () => {
    const page = await openPage(browser, studio);
    const notes = [60, 62, 64, 65, 67, 65, 64, 62].map((pitch, i) => [i * 4, 4, pitch]);
    const { grid, articulation } = (await studio.json("/api/models")).models.find((each) => each.name === studio.model);
    const music = { grid, articulation, steps: 8 * grid, meters: [[0, 4, 4]], notes: notes.map(([onset, , pitch]) => [(onset * grid) / 4, grid, pitch]) };
    await open(page, await midiOf(studio, music), "tune");
    await page.getByLabel("Compose anew").selectOption("top");
    await setNumber(page, "Candidates", 2);
    await page.locator("summary", { hasText: /^Limits/ }).click();
    await setText(page, "Fewest notes", "3");
    const { order, pieces } = await ordered(page, () => page.getByRole("button", { name: /^Harmonise/ }).click());
    assert.equal(order.melody.voice, "top");
    const melody = await heard(studio, order.melody);
    for (const piece of pieces) {
      for (const [onset, , pitch] of melody.notes) {
        const now = sounding(piece, onset);
        assert.equal(Math.max(...now), pitch, "the melody stays, on top");
        assert.ok(now.length >= 3, "and there is harmony under it");
      }
    }
    await page.getByRole("button", { name: "Take candidate A" }).click();
    await page.getByRole("heading", { level: 1, name: "tune (reworked)" }).waitFor();
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("a file is dropped, a region recomposed, a candidate taken, undone and done again", async () => {
    const page = await openPage(browser, studio);
    await openFile(page);
    await setNumber(page, "From bar", 3);
    await setNumber(page, "To bar", 4);
    await setNumber(page, "Candidates", 2);
    const facts = () => page.locator(".facts").textContent();
    const first = await facts();
    await page.getByRole("button", { name: /^Recompose/ }).click();
    await said(page, /to choose from/);
    assert.equal(await page.getByRole("button", { name: /^Take candidate/ }).count(), 2);
    await page.getByRole("button", { name: "Play candidate B" }).click();
    await page.getByRole("button", { name: "Stop candidate B" }).click();
    await page.getByRole("button", { name: "Take candidate A" }).click();
    await page.getByRole("heading", { level: 1, name: "mine (reworked)" }).waitFor();
    const second = await facts();
    await page.keyboard.press("Control+z");
    assert.equal(await facts(), first);
    await page.waitForTimeout(400);
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "mine" }).waitFor();
    await page.getByRole("button", { name: "Redo" }).click();
    assert.equal(await facts(), second);
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("a region is drawn on the roll and notes are pinned by the pointer", async () => {
    const page = await openPage(browser, studio);
    await openFile(page);
    const box = await page.locator(".roll canvas").boundingBox();
    await page.mouse.move(box.x + 120, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 420, box.y + box.height - 40, { steps: 6 });
    await page.mouse.up();
    await page.getByRole("button", { name: "Pin or free its notes" }).click();
    await said(page, /notes are pinned/);
    await page.getByRole("button", { name: /^Recompose C/ }).waitFor();
    await page.context().close();
  });

  test("the surprise of each note is shown as colour", async () => {
    const page = await openPage(browser, studio);
    await openFile(page);
    await page.getByLabel(/Colour notes by surprise/).check();
    await said(page, /how much it surprises/);
    await page.getByRole("img", { name: /Colours: from blue/ }).waitFor();
    await page.context().close();
  });

  test("sound and pictures are downloaded", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await compose(page, 2);
    for (const [button, magic] of [["FLAC", "fLaC"], ["Picture", "<?xml"]]) {
      const [download] = await Promise.all([page.waitForEvent("download", { timeout: 120000 }), page.getByRole("button", { name: button, exact: true }).click()]);
      assert.equal(readFileSync(await download.path()).subarray(0, magic.length).toString(), magic);
    }
    await page.context().close();
  });

  test("what is no MIDI is refused in words, and nothing is lost", async () => {
    const page = await openPage(browser, studio);
    await openFile(page);
    await page.locator("input[type=file]").setInputFiles({ name: "page.mid", mimeType: "audio/midi", buffer: Buffer.from("<html>") });
    await page.getByRole("alert").filter({ hasText: "page.mid" }).waitFor();
    await page.getByRole("heading", { level: 1, name: "mine" }).waitFor();
    await page.context().close();
  });

  test("a run is started, watched, heard, stopped and resumed", async () => {
    const page = await openPage(browser, studio);
    await page.getByRole("button", { name: "Train", exact: true }).first().click();
    await page.getByLabel("Name of the run").fill("evening");
    await setNumber(page, "Time", 10);
    await page.getByText("More", { exact: true }).click();
    await page.getByRole("combobox", { name: "Begin with" }).selectOption("none");
    await page.getByLabel("Size").selectOption("small");
    await page.getByLabel("Measure often").check();
    await page.getByRole("button", { name: /^Train ↵/ }).click();
    await page.locator(".curves figcaption").filter({ hasText: /after \d+ batches/ }).waitFor({ timeout: 180000 }).catch(async (error) => {
      throw new Error(`${error.message}\n${await page.locator("main").innerText()}\n${await page.locator(".says").innerText()}`);
    });
    await page.getByRole("button", { name: /^Stop training, .* left/ }).first().waitFor();
    await page.getByRole("heading", { name: "What it composed on the way" }).waitFor({ timeout: 180000 });
    await page.getByRole("button", { name: /^Stop training/ }).first().click();
    await page.locator(".stage .state").filter({ hasText: "stopped" }).waitFor({ timeout: 60000 });
    await page.getByRole("button", { name: /^Play step-/ }).first().click();
    await page.getByRole("button", { name: /^Stop step-/ }).first().click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".stage .state").filter({ hasText: "training" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "evening" }).waitFor();
    await page.getByRole("button", { name: /^Stop training/ }).first().click();
    await page.locator(".stage .state").filter({ hasText: "stopped" }).waitFor({ timeout: 60000 });
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("a number out of bounds is refused in words, and the one before it stays", async () => {
    const page = await openPage(browser, studio);
    await page.getByRole("button", { name: "Train", exact: true }).first().click();
    await setNumber(page, "Time", 0);
    await page.getByRole("alert").filter({ hasText: "0 is not a number from 0.1 to 10080; it stays 20." }).waitFor();
    assert.equal(await page.getByLabel("Time").inputValue(), "20");
    await setNumber(page, "Time", 5);
    assert.equal(await page.getByRole("alert").filter({ hasText: "not a number" }).count(), 0);
    assert.equal(await page.getByLabel("Time").inputValue(), "5");
    await page.context().close();
  });

  test("the studio may go and come back", async () => {
    const page = await openPage(browser, studio);
    const port = new URL(studio.url).port;
    await studio.close();
    await page.getByRole("button", { name: /^Compose C/ }).click();
    await page.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
    await studio.open(port);
    await page.getByLabel("Play while it composes").uncheck();
    await compose(page, 2);
    await page.context().close();
  });

  for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]]) {
    test(`axe finds nothing serious at ${width} pixels, ${scheme}`, async () => {
      const page = await openPage(browser, studio, { width, scheme, height: width === 390 ? 844 : 900 });
      const axe = readFileSync(new URL("../../web/node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
      const check = async (where) => {
        await namesNoFolder(page);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const serious = violations.filter((each) => ["serious", "critical"].includes(each.impact));
        assert.deepEqual(serious.map((each) => `${where}: ${each.id}: ${each.nodes[0].html.slice(0, 120)}`), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${where}: ${overflow} pixels wider than the window`);
      };
      await page.locator("summary", { hasText: /^Limits/ }).click();
      await page.getByText("Seed and more").click();
      await setText(page, "Key", "C major");
      await check("compose, empty");
      await page.getByRole("button", { name: "None of them" }).click();
      await page.getByLabel("Play while it composes").uncheck();
      await compose(page, 4);
      await check("compose");
      await page.getByRole("button", { name: "Rework", exact: true }).first().click();
      await check("rework, empty");
      await openFile(page);
      await page.getByRole("button", { name: "Everything" }).click();
      await page.getByLabel(/Colour notes by surprise/).check();
      await said(page, /how much it surprises/);
      await page.getByRole("button", { name: /^Recompose C/ }).click();
      await page.getByRole("heading", { name: "Candidates" }).waitFor({ timeout: 60000 });
      await check("rework");
      await page.getByRole("button", { name: "Train", exact: true }).first().click();
      await page.locator(".runs .card").filter({ hasText: "pupil" }).click();
      await page.getByRole("heading", { level: 1, name: "pupil" }).waitFor();
      await check("train");
      await page.getByRole("button", { name: "Keys", exact: true }).click();
      await check("keys");
      await page.context().close();
    });
  }
});
