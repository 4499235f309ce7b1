// What the page must not mislead about: what sounds is shown, nothing that is kept is lost, and a
// piece is the piece that was heard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { compose, dropFiles, midiOf, missing, openFile, openPage, said, setNumber, setText, tuneOf, waitFor, withStudio } from "./support.mjs";

const skip = missing();

describe("the desk", { skip, timeout: 900000 }, () => {
  let studio, browser, tune;
  withStudio({}, async (made) => {
    ({ studio, browser } = made);
    tune = await tuneOf(studio);
  });
  const room = (page, name) => page.getByRole("button", { name, exact: true }).first().click();
  const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const recompose = async (page, from, to, count = 2) => {
    await setNumber(page, "From bar", from);
    await setNumber(page, "To bar", to);
    await setNumber(page, "Candidates", count);
    await page.getByRole("button", { name: /^Recompose C/ }).click();
    await said(page, /to choose from/, 120000);
  };
  const takes = (page) => page.getByRole("button", { name: /^Take candidate/ }).count();

  test("candidates stay until they are thrown away, also after Take", async () => {
    const page = await openPage(browser, studio);
    await openFile(page, tune);
    await recompose(page, 3, 4);
    await page.getByRole("button", { name: "Take candidate A" }).click();
    await heading(page, "mine (reworked)");
    assert.equal(await takes(page), 2);
    await page.keyboard.press("Control+z");
    assert.equal(await takes(page), 2, "also after undo");
    await recompose(page, 6, 6);
    assert.equal(await takes(page), 4, "and beside those of the next order");
    await page.getByRole("heading", { level: 3, name: "mine, bars 3 to 4" }).waitFor();
    await page.getByRole("heading", { level: 3, name: "mine, bar 6" }).waitFor();
    await page.waitForTimeout(400);
    await page.reload();
    await page.getByRole("button", { name: "Take candidate D" }).waitFor();
    await page.getByRole("button", { name: "Throw candidate D away" }).click();
    assert.equal(await takes(page), 3);
    await page.getByRole("button", { name: "Throw these away: mine, bars 3 to 4" }).click();
    assert.equal(await takes(page), 1);
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  /** Two named tracks with pedal, loudness of their own and a tempo that changes. */
  const performance = () => {
    const track = (...events) => {
      const body = Buffer.concat([...events.map((event) => Buffer.from(event)), Buffer.from([0, 0xff, 0x2f, 0])]);
      const head = Buffer.from("MTrk0000");
      head.writeUInt32BE(body.length, 4);
      return Buffer.concat([head, body]);
    };
    const name = (text) => [0, 0xff, 3, text.length, ...Buffer.from(text)];
    const tempo = (delta, microseconds) => [...delta, 0xff, 0x51, 3, microseconds >> 16, (microseconds >> 8) & 255, microseconds & 255];
    const notes = (channel, pitch, velocity) =>
      Array.from({ length: 32 }, (_, i) => [0, 0xb0 | channel, 64, 127, 5, 0x90 | channel, pitch + [0, 2, 4, 5][i % 4], velocity + i, 0x73, 0x80 | channel, pitch + [0, 2, 4, 5][i % 4], 0, 0, 0xb0 | channel, 64, 0]);
    const head = Buffer.from([0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 1, 0, 3, 0, 120]);
    return Buffer.concat([head, track(name("Conductor"), tempo([0], 600000), tempo([0x8f, 0x00], 500000)), track(name("Right"), ...notes(0, 67, 40)), track(name("Left"), ...notes(1, 48, 30))]);
  };

  test("a file that is reworked stays that file: its tracks, pedals, loudness and tempos; under another model, too", async () => {
    const page = await openPage(browser, studio);
    const file = performance();
    await openFile(page, file);
    assert.equal(await page.locator(".transport").getByLabel("Tempo").inputValue(), "100");
    const models = (await studio.json("/api/models")).models.filter((each) => each.complete && each.kind !== "benchmark").map((each) => each.name);
    const download = async () => {
      const [found] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "MIDI", exact: true }).click()]);
      return readFileSync(await found.path());
    };
    assert.ok((await download()).equals(file), "what was opened is what is saved");
    for (const model of models.slice(0, 2)) {
      await page.getByLabel("Model").first().selectOption(model);
      await recompose(page, 6, 7, 1);
      await page.getByRole("button", { name: /^Take candidate/ }).first().click();
      const made = await download();
      const text = made.toString("latin1");
      for (const part of ["Conductor", "Right", "Left", "\xff\x51\x03\x09\x27\xc0", "\xff\x51\x03\x07\xa1\x20"]) assert.ok(text.includes(part), `${model}: ${JSON.stringify(part)}`);
      // The first bars' loudness, as it was.
      for (let i = 0; i < 16; ++i) assert.ok(made.includes(Buffer.from([67 + [0, 2, 4, 5][i % 4], 40 + i])), `${model}: note ${i}`);
      const pedals = (bytes) => [...bytes.keys()].filter((at) => (bytes[at] & 0xf0) === 0xb0 && bytes[at + 1] === 64).length;
      assert.equal(pedals(made), pedals(file), model);
    }
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("the first candidate is shown while the others are still composed", async () => {
    const page = await openPage(browser, studio);
    await openFile(page, await tuneOf(studio, 32));
    await setNumber(page, "From bar", 2);
    await setNumber(page, "To bar", 31);
    await setNumber(page, "Candidates", 6);
    await page.getByRole("button", { name: /^Recompose C/ }).click();
    await page.getByRole("button", { name: "Take candidate A" }).waitFor({ timeout: 120000 });
    assert.equal(await page.getByRole("button", { name: /^Stop composing/ }).count(), 1, "it goes on");
    assert.ok((await takes(page)) < 6);
    await page.getByRole("button", { name: /^Stop composing/ }).click();
    await said(page, /to choose from/);
    await page.context().close();
  });

  test("foresight: not at all is one version", async () => {
    const page = await openPage(browser, studio);
    await openFile(page, tune);
    await setNumber(page, "From bar", 3);
    await setNumber(page, "To bar", 4);
    await page.locator("summary", { hasText: /^Sampling/ }).click();
    await page.getByLabel("Foresight", { exact: true }).selectOption({ label: "not at all: one version" });
    const [request] = await Promise.all([page.waitForRequest((each) => each.method() === "POST" && each.url().endsWith("/api/compositions")), page.getByRole("button", { name: /^Recompose C/ }).click()]);
    assert.equal(JSON.parse(request.postData()).particles, 1);
    const { id } = await (await request.response()).json();
    await said(page, /to choose from/, 120000);
    assert.equal((await studio.json(`/api/compositions/${id}`)).order.particles, 1);
    await page.context().close();
  });

  test("roll, play button and counter show what sounds", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await compose(page, 3);
    await setNumber(page, "Pieces", 2);
    await compose(page, 6);
    await page.locator(".library .card").last().click();
    await page.locator(".where").filter({ hasText: "of 3" }).waitFor();
    const roll = page.getByRole("slider", { name: /bar to play from/ });
    for (const name of ["A", "B"]) {
      await page.getByRole("button", { name: `Play candidate ${name}` }).click();
      await page.locator(".where").filter({ hasText: /bar \d+ of 6/ }).waitFor();
      await page.getByRole("button", { name: "Stop playing" }).waitFor();
      const card = page.locator(".candidates li").filter({ hasText: new RegExp(`^${name} `) });
      const notes = (await card.locator(".unit").innerText()).match(/\d+/)[0];
      assert.match(await roll.getAttribute("aria-valuetext"), new RegExp(`${notes} notes in 6 bars`));
    }
    await page.locator(".where").filter({ hasText: /bar [2-6] of 6/ }).waitFor({ timeout: 20000 });
    await page.getByRole("button", { name: "Stop playing" }).click();
    await page.locator(".where").filter({ hasText: "of 3" }).waitFor();
    await page.getByRole("button", { name: "Play candidate B" }).waitFor();
    // On the Rework desk, too.
    await openFile(page, tune);
    await recompose(page, 3, 4);
    await page.getByRole("button", { name: "Play candidate B" }).click();
    await heading(page, "Candidate B");
    await page.getByRole("button", { name: "Stop playing" }).click();
    await heading(page, "mine");
    await page.context().close();
  });

  test("the loop fits the new piece", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await compose(page, 2);
    await page.getByRole("button", { name: "Loop", exact: true }).click();
    await compose(page, 4);
    await setNumber(page.locator(".transport"), "Tempo", 400);
    await page.getByRole("button", { name: /^Play from/ }).click();
    await page.locator(".where").filter({ hasText: "bar 4 of 4" }).waitFor({ timeout: 20000 });
    await page.locator(".where").filter({ hasText: "bar 1 of 4" }).waitFor({ timeout: 20000 });
    await page.context().close();
  });

  test("the tempo is the piece's, and stands in its files", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await page.getByText("Seed and more").click();
    await page.getByLabel("A new seed for each piece").uncheck();
    await setNumber(page, "Seed", 5);
    await compose(page, 4);
    await setNumber(page.locator(".transport"), "Tempo", 93);
    const file = async () => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "MIDI", exact: true }).click()]);
      return readFileSync(await download.path());
    };
    const changed = await file();
    // Byte for byte what is composed at that tempo, receipt and all.
    const order = { model: studio.model, bars: 4, pieces: 1, seed: 5, meter: "4/4", tempo: 93 };
    const made = await studio.json("/api/compositions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) });
    await waitFor(async () => (await studio.json(`/api/compositions/${made.id}`)).state === "done");
    const wanted = Buffer.from(await (await fetch(`${studio.url}/api/compositions/${made.id}/pieces/0.mid`)).arrayBuffer());
    assert.ok(changed.equals(wanted), `${changed.toString("latin1")}\n${wanted.toString("latin1")}`);
    // It is that piece's alone, and stays with it.
    assert.equal(await page.locator(".controls").getByLabel("Tempo").inputValue(), "120");
    await page.reload();
    await heading(page, `${studio.model} 5`);
    assert.equal(await page.locator(".transport").getByLabel("Tempo").inputValue(), "93");
    assert.ok((await file()).equals(wanted));
    // On the Rework desk, of a file.
    await openFile(page, tune);
    await setNumber(page.locator(".transport"), "Tempo", 61);
    const read = await studio.json(`/api/read?name=x.mid`, { method: "POST", headers: { "Content-Type": "audio/midi" }, body: await file() });
    assert.equal(Math.round(read.tempo), 61);
    await page.context().close();
  });

  test("a piece of 500 bars fits in Whole piece", async () => {
    const page = await openPage(browser, studio);
    await openFile(page, await tuneOf(studio, 500));
    await page.locator(".in-view").filter({ hasText: /^bars 1 to \d+ of 500$/ }).waitFor();
    await page.getByRole("button", { name: "Whole piece" }).click();
    await page.locator(".in-view").filter({ hasText: "all 500 bars" }).waitFor();
    await page.context().close();
  });

  test("the keyboard's mark stays in view", async () => {
    const page = await openPage(browser, studio);
    await openFile(page, await tuneOf(studio, 60));
    const roll = page.getByRole("slider", { name: /bar to play from/ });
    await roll.focus();
    const inView = async () => {
      const [, first, last] = (await page.locator(".in-view").innerText()).match(/bars (\d+) to (\d+)/).map(Number);
      const mark = Number(await roll.getAttribute("aria-valuenow"));
      return first <= mark && mark <= last;
    };
    for (const [key, times, mark] of [["ArrowRight", 40, 41], ["ArrowLeft", 25, 16], ["End", 1, 60], ["Home", 1, 1]]) {
      for (let i = 0; i < times; ++i) await page.keyboard.press(key);
      assert.equal(Number(await roll.getAttribute("aria-valuenow")), mark);
      await waitFor(inView, 3000);
    }
    await page.context().close();
  });

  test("a pickup is bar 0, and the bar after it is bar 1", async () => {
    const { grid, articulation } = (await studio.json("/api/models")).models.find((each) => each.name === studio.model);
    const notes = Array.from({ length: 17 }, (_, i) => [i * grid, grid, 60 + (i % 5)]);
    const meters = [[0, 1, 4], [grid, 4, 4]];
    const page = await openPage(browser, studio, {
      prepare: (page) =>
        page.addInitScript(() => {
          window.drawn = new Set();
          const { fillText } = CanvasRenderingContext2D.prototype;
          CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
            window.drawn.add(text);
            return fillText.call(this, text, ...rest);
          };
        }),
    });
    await openFile(page, await midiOf(studio, { grid, articulation, steps: 17 * grid, meters, notes }));
    await page.locator(".facts").filter({ hasText: "17 notes in 4 bars" }).waitFor();
    await page.locator(".in-view").filter({ hasText: "all 4 bars" }).waitFor();
    const ruler = await page.evaluate(() => [...window.drawn].filter((text) => /^\d+$/.test(text)).sort());
    assert.deepEqual(ruler, ["0", "1", "2", "3", "4"]);
    const roll = page.getByRole("slider", { name: /bar to play from/ });
    assert.equal(await roll.getAttribute("aria-valuenow"), "0");
    await roll.press("ArrowRight");
    assert.equal(await roll.getAttribute("aria-valuenow"), "1");
    await page.locator(".where").filter({ hasText: "bar 1 of 4" }).waitFor();
    await roll.press("End");
    assert.equal(await roll.getAttribute("aria-valuenow"), "4");
    await recompose(page, 2, 2, 1);
    await page.getByRole("heading", { level: 3, name: "mine, bar 2" }).waitFor();
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test("a wrong value in a folded section is shown: unfolded, focused, in words", async () => {
    const page = await openPage(browser, studio);
    const fold = page.locator("summary", { hasText: /^Limits/ });
    // What only the server knows to be wrong.
    await fold.click();
    await setText(page, "Chords", "C | Qsus");
    await fold.click();
    await page.getByLabel("Chords", { exact: true }).waitFor({ state: "hidden" });
    await page.getByRole("button", { name: /^Compose C/ }).click();
    const chords = page.getByLabel("Chords", { exact: true });
    await chords.waitFor();
    await waitFor(() => chords.evaluate((element) => document.activeElement === element));
    assert.equal(await chords.getAttribute("aria-invalid"), "true");
    await page.locator(".hint.wrong").filter({ hasText: "Qsus" }).waitFor();
    await setText(page, "Chords", "");
    assert.equal(await page.locator(".hint.wrong").count(), 0);
    // Limits that contradict each other, the model or what they leave.
    for (const [label, wrong, others, words] of [
      ["Fewest notes", "5", { "Most notes": "3" }, "at least 5 and at most 3"],
      ["Key", "Dm", { Scale: "D dorian" }, "either a key or a scale"],
      ["Longest note", "1/512", {}, "shorter than a step"],
      ["Fewest notes", "5", { Range: "C4-D4" }, "cannot be had there"],
    ]) {
      await setText(page, label, wrong);
      for (const [other, value] of Object.entries(others)) await setText(page, other, value);
      const field = page.getByLabel(label, { exact: true });
      await fold.click();
      await field.waitFor({ state: "hidden" });
      await page.getByRole("button", { name: /^Compose C/ }).click();
      await field.waitFor();
      await waitFor(() => field.evaluate((element) => document.activeElement === element));
      await page.locator(".hint.wrong").filter({ hasText: words }).waitFor();
      for (const other of [label, ...Object.keys(others)]) await setText(page, other, "");
    }
    // What the browser knows to be out of bounds.
    await setText(page, "Most notes", "999");
    await fold.click();
    const notes = page.getByLabel("Most notes", { exact: true });
    await notes.waitFor({ state: "hidden" });
    await page.keyboard.press("c");
    await notes.waitFor();
    await waitFor(() => notes.evaluate((element) => document.activeElement === element));
    await page.context().close();
  });

  test("two tabs do not fight", async () => {
    const context = await browser.newContext();
    const one = await openPage(browser, studio, { context });
    await one.getByLabel("Play while it composes").uncheck();
    await setNumber(one, "Length", 3);
    await compose(one, 3);
    const first = await one.getByRole("heading", { level: 1 }).textContent();
    const two = await openPage(browser, studio, { context });
    await compose(two, 5);
    const second = await two.getByRole("heading", { level: 1 }).textContent();
    assert.notEqual(first, second);
    // What one tab keeps is there in the other, at once and once.
    await one.getByRole("button", { name: `Show ${second}` }).waitFor();
    assert.equal(await one.getByRole("button", { name: /^Show / }).count(), 2);
    // Each has its own piece, controls and desk, also after a reload.
    await openFile(one, tune, "left");
    await openFile(two, tune, "right");
    await one.waitForTimeout(400);
    await one.reload();
    await heading(one, "left");
    await room(one, "Compose");
    await heading(one, first);
    assert.equal(await one.getByLabel("Length").inputValue(), "3");
    await two.reload();
    await heading(two, "right");
    await room(two, "Compose");
    await heading(two, second);
    assert.equal(await two.getByLabel("Length").inputValue(), "5");
    // The colours are everyone's.
    await two.getByRole("button", { name: /colours: change/ }).click();
    await waitFor(async () => (await one.getByRole("button", { name: /colours: change/ }).textContent()) === "Light");
    // An order is made once, whichever tab follows it.
    await one.getByRole("button", { name: /^Compose C/ }).click();
    await two.reload();
    await said(one, /^Done/);
    await one.waitForTimeout(1500);
    assert.equal(await one.getByRole("button", { name: /^Show / }).count(), 5);
    await context.close();
  });

  test("all pieces that are kept can be reached", async () => {
    const page = await openPage(browser, studio);
    await page.getByLabel("Play while it composes").uncheck();
    await compose(page, 1);
    await page.evaluate(async () => {
      const base = await new Promise((done) => (indexedDB.open("toccata", 1).onsuccess = (event) => done(event.target.result)));
      const store = base.transaction("pieces", "readwrite").objectStore("pieces");
      const [piece] = await new Promise((done) => (store.getAll().onsuccess = (event) => done(event.target.result)));
      for (let i = 1; i <= 260; ++i) store.put({ ...piece, id: `${i}`, title: `number ${i}`, made: i });
      await new Promise((done) => (store.transaction.oncomplete = done));
    });
    await page.reload();
    await page.getByText("261 pieces").waitFor();
    await page.getByLabel("Find").fill("number 260");
    await page.getByRole("button", { name: "Show number 260" }).waitFor();
    await page.getByLabel("Find").fill("");
    while (await page.getByRole("button", { name: /^Show \d+ more/ }).count()) await page.getByRole("button", { name: /^Show \d+ more/ }).click();
    await page.locator(".library .card-title").getByText("number 1", { exact: true }).waitFor();
    assert.equal(await page.locator(".library li").count(), 261);
    await compose(page, 1);
    await page.getByText("262 pieces").waitFor();
    await page.context().close();
  });

  test("a file is taken in every room, and the page says what becomes of it", async () => {
    const page = await openPage(browser, studio);
    for (const [where, words] of [["Compose", /Rework desk/], ["Rework", /on the desk/]]) {
      await room(page, where);
      const name = `dropped-${where}`;
      await dropFiles(page, [{ name: `${name}.mid`, bytes: tune }], () => page.locator(".drop-over").filter({ hasText: words }).waitFor());
      await heading(page, name);
      await said(page, /notes in/);
      assert.equal(await page.locator(".drop-over").count(), 0);
    }
    await room(page, "Train");
    await dropFiles(page, [{ name: "to-learn.mid", bytes: tune }], () => page.locator(".drop-over").filter({ hasText: /learn from/ }).waitFor());
    await said(page, /here to learn from/);
    await page.context().close();
  });

  // WCAG 2.2, 1.4.11: what is needed to understand a picture stands out 3 to 1.
  for (const scheme of ["light", "dark"]) {
    test(`sounding notes, new notes and pins stand out (${scheme})`, async () => {
      const page = await openPage(browser, studio, { scheme });
      const colours = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const names = ["paper", "row", "note", "new", "sounding", "pin"];
        return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--roll-${name}`).trim()]));
      });
      const luminance = (colour) => {
        const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
        const [r, g, b] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (a, b) => {
        const [low, high] = [luminance(colours[a]), luminance(colours[b])].sort((x, y) => x - y);
        return (high + 0.05) / (low + 0.05);
      };
      for (const [a, b, least] of [
        ["note", "paper", 3], ["note", "row", 3], ["new", "paper", 3], ["new", "row", 3],
        ["sounding", "paper", 3], ["sounding", "row", 3], ["sounding", "note", 3], ["sounding", "new", 3],
        ["pin", "paper", 3], ["pin", "row", 3], ["pin", "note", 3], ["new", "note", 1.4],
      ]) {
        assert.ok(contrast(a, b) >= least, `${a} on ${b}: ${contrast(a, b).toFixed(2)}`);
      }
      // And they are drawn in these colours: a sounding note is on the roll.
      await page.getByRole("button", { name: /^Bach chorale/ }).click().catch(() => page.getByRole("button", { name: /^Compose C/ }).click());
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(colours.sounding.slice(at, at + 2), 16));
      await page.waitForFunction(
        ([r, g, b]) => {
          const canvas = document.querySelector(".roll canvas");
          if (!canvas) return false;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let found = 0;
          for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) ++found;
          return found > 40;
        },
        [r, g, b],
        { timeout: 60000, polling: 200 },
      );
      await page.context().close();
    });
  }
});
