// What the tests of the page share: the real server with a real model, and Debian's chromium.
// A test that lacks something (Node's packages, chromium) skips, and says why.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const build = process.env.TOCCATA_BUILD ?? join(root, "build/release");
export const program = join(build, "toccata");
export const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);

const require = createRequire(join(root, "web/package.json"));
function optional(name) {
  try {
    return require(name);
  } catch {
    return null;
  }
}
export const playwright = optional("playwright-core");

/** Why the tests with a browser cannot run here, which is said; undefined where they can. */
export function missing({ model } = {}) {
  const lacks = !existsSync(program)
    ? `${program} is not built`
    : !playwright
      ? "playwright-core is absent (npm ci --prefix web)"
      : !chromiumPath
        ? "chromium is absent (apt-get install chromium)"
        : model && !existsSync(join(root, "models", model))
          ? "the shipped models are absent"
          : undefined;
  if (lacks) console.error(`skipped: ${lacks}`);
  return lacks;
}

/** Inside a suite: its own studio (`options` as Studio.start takes them) and browser, as long as its
 * tests run. `ready` takes both before the first. */
export function withStudio(options, ready) {
  const made = {};
  before(async () => {
    made.studio = await Studio.start(options);
    made.browser = await openBrowser();
    await ready(made);
  });
  after(async () => {
    await made.browser?.close();
    await made.studio?.remove();
  });
}

/** A folder with a run called "pupil" in it, trained for a moment on examples/. */
function trainPupil(folder) {
  const words = ["train", "examples", "--name", "pupil", "--output", folder, "--time-units", "24", "--note-units", "16"];
  const run = spawnSync(program, [...words, "--batches", "30", "--batch-size", "4", "--time-steps", "64", "--validate-every", "10", "--save-every", "15"], { cwd: root });
  if (run.status !== 0) throw new Error(`toccata train: ${run.stderr}`);
}

export class Studio {
  /** `train`: with a run called "pupil"; `words`: further words for toccata studio. */
  static async start({ train = false, music = join(root, "examples"), words = [] } = {}) {
    const studio = new Studio();
    studio.music = music;
    studio.words = words;
    studio.folder = mkdtempSync(join(tmpdir(), "toccata-web-"));
    if (train || !existsSync(join(root, "models/chorales"))) trainPupil(studio.folder);
    await studio.open(0);
    return studio;
  }

  async open(port) {
    const words = ["studio", "--port", `${port}`, "--data", this.folder, "--folder", this.music, ...this.words];
    // Folders are shown as those of its owner, whose home this is: no path of this machine.
    const env = { ...process.env, HOME: dirname(this.music) };
    this.child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], env });
    let errors = "";
    this.child.stderr.on("data", (data) => (errors += data));
    // With the token, where the studio asks for one.
    this.printed = await new Promise((found, failed) => {
      let text = "";
      this.child.stdout.on("data", (data) => {
        text += data;
        if (text.includes("\n")) found(text.trim());
      });
      this.child.on("exit", (code) => failed(new Error(`the studio ended (${code}): ${errors}`)));
    });
    this.url = this.printed.replace(/\/\?token=.*/, "");
    this.token = this.printed.match(/token=(.*)/)?.[1];
    const { models } = await this.json("/api/models");
    this.model = models.find((known) => known.default).name;
  }

  async json(path, options) {
    const headers = this.token ? { Authorization: `Bearer ${this.token}`, ...options?.headers } : options?.headers;
    const answer = await fetch(this.url + path, { ...options, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async close() {
    if (this.child.exitCode === null) {
      const ended = new Promise((done) => this.child.once("exit", done));
      this.child.removeAllListeners("exit");
      this.child.once("exit", () => (this.ended = true));
      this.child.kill("SIGINT");
      await Promise.race([ended, waitFor(() => this.ended, 20000)]);
    }
  }

  async remove() {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function waitFor(condition, milliseconds = 30000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${milliseconds} ms in vain for ${condition}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

export async function openBrowser() {
  return playwright.chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
  });
}

/** A page of its own, which fails the test on any error in its console; in `context`, a tab beside
 * the others there. */
export async function openPage(browser, studio, { width = 1280, height = 900, scheme = "light", prepare = async (page) => {}, context } = {}) {
  context ??= await browser.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true });
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") page.errors.push(message.text());
  });
  await prepare(page);
  await page.goto(studio.url);
  const choices = page.locator(".choices > summary");
  await page.getByRole("button", { name: /^Compose C/ }).waitFor();
  if (await choices.count()) await choices.click();
  await page.getByLabel("Model").first().selectOption(studio.model);
  return page;
}

/** Puts an ear to the loudspeaker: `window.loudest` is the loudest sample so far, `window.heardAt`
 * the time of the first that is no silence. */
export async function listenTo(page) {
  await page.addInitScript(() => {
    window.loudest = 0;
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
      if (to instanceof AudioDestinationNode) {
        const ear = new AnalyserNode(this.context);
        connect.call(this, ear, ...rest);
        const samples = new Float32Array(ear.fftSize);
        setInterval(() => {
          ear.getFloatTimeDomainData(samples);
          window.loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), window.loudest);
          if (window.loudest > 0.001) window.heardAt ??= performance.now();
        }, 10);
      }
      return connect.call(this, to, ...rest);
    };
  });
}

export async function setNumber(page, label, value) {
  const field = page.getByLabel(label).first();
  await field.fill(`${value}`);
  await field.blur();
}

export async function setText(page, label, value) {
  const field = page.getByLabel(label, { exact: true });
  await field.fill(value);
  await field.blur();
}

export async function compose(page, bars = 4) {
  await setNumber(page, "Length", bars);
  await page.getByRole("button", { name: /^Compose C/ }).click();
  await said(page, /^Done/);
}

/** A piece of music as a MIDI file. */
export async function midiOf(studio, music) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ music }) };
  return Buffer.from(await (await fetch(`${studio.url}/api/midi`, options)).arrayBuffer());
}

/** A tune of `bars` bars of quarter notes, for the model. */
export async function tuneOf(studio, bars = 8) {
  const { grid, articulation } = (await studio.json("/api/models")).models.find((each) => each.name === studio.model);
  const notes = Array.from({ length: 4 * bars }, (_, i) => [i * grid, grid, 60 + [0, 2, 4, 5, 7, 5, 4, 2][i % 8]]);
  return midiOf(studio, { grid, articulation, steps: 4 * bars * grid, meters: [[0, 4, 4]], notes });
}

export async function openFile(page, buffer, name = "mine") {
  await page.getByRole("button", { name: "Rework", exact: true }).first().click();
  const choices = page.locator(".choices > summary");
  await page.locator("input[type=file]").setInputFiles({ name: `${name}.mid`, mimeType: "audio/midi", buffer });
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  if (await choices.count()) await choices.click();
}

/** What is given with an order, as the model hears it. */
export async function heard(studio, { midi, name }) {
  const path = `/api/read?model=${encodeURIComponent(studio.model)}&name=${encodeURIComponent(name)}&given=1`;
  return (await studio.json(path, { method: "POST", headers: { "Content-Type": "audio/midi" }, body: Buffer.from(midi, "base64") })).music;
}

/** Drops files on the page as a hand would: over it, and let go. */
export async function dropFiles(page, files, over = async () => {}) {
  const data = await page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const { name, bytes } of files) data.items.add(new File([new Uint8Array(bytes)], name, { type: "audio/midi" }));
    return data;
  }, files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })));
  for (const kind of ["dragenter", "dragover"]) await page.dispatchEvent("main", kind, { dataTransfer: data });
  await over();
  await page.dispatchEvent("main", "drop", { dataTransfer: data });
}

/** Drops what lies at `paths` of this machine, folders too, in the middle of the page. */
export async function dropPaths(page, paths) {
  const { width, height } = page.viewportSize();
  const session = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"])
    await session.send("Input.dispatchDragEvent", { type, x: width / 2, y: height / 2, data: { items: [], files: paths, dragOperationsMask: 1 } });
}

/** What the page says may hold no path of the machine it runs on. */
export async function namesNoFolder(page) {
  const text = await page.locator("body").innerText();
  assert.doesNotMatch(text, /(^|[^\w.~-])\/(work|home|root|tmp)\//m);
}

export async function said(page, pattern, timeout = 60000) {
  await page.locator(".says").filter({ hasText: pattern }).waitFor({ timeout });
}

export { existsSync };
