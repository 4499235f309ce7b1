// Every line in the boxes of docs/api.md, run as it stands there, against the real server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { canTrain, existsSync, program, root, Studio } from "./support.mjs";

const skip = !existsSync(program)
  ? `${program} is not built`
  : !canTrain && !existsSync(join(root, "models/first"))
    ? "there is neither models/first nor toccata-train to make a model"
    : undefined;
if (skip) console.error(`skipped: ${skip}`);

describe("docs/api.md", { skip, timeout: 300000 }, () => {
  let studio, folder;
  before(async () => {
    studio = await Studio.start();
    folder = mkdtempSync(join(tmpdir(), "toccata-api-"));
  });
  after(async () => {
    await studio?.remove();
    if (folder) rmSync(folder, { recursive: true });
  });

  test("its lines do what it says", () => {
    const text = readFileSync(join(root, "docs/api.md"), "utf8");
    const boxes = [...text.matchAll(/```sh\n([^]*?)```/g)].map((match) => match[1]);
    assert.ok(boxes.length >= 8);
    const run = spawnSync("bash", ["-euxo", "pipefail", "-c", boxes.join("\n")], {
      cwd: folder,
      env: { ...process.env, STUDIO: studio.url, MODEL: studio.model },
      encoding: "utf8",
    });
    assert.equal(run.status, 0, run.stderr.slice(-3000));
    const begins = (file, magic) => assert.equal(readFileSync(join(folder, file)).subarray(0, magic.length).toString("latin1"), magic, file);
    begins("piece.mid", "MThd");
    begins("notes.mid", "MThd");
    begins("piece.flac", "fLaC");
    begins("piece.svg", "<?xml");
    begins("soundfont.sf2", "RIFF");
    assert.equal(JSON.parse(readFileSync(join(folder, "read.json"))).music.notes.length, JSON.parse(readFileSync(join(folder, "piece.json"))).music.notes.length);
    assert.ok(run.stdout.includes("event: end"));
    const music = (file) => JSON.parse(readFileSync(join(folder, file))).music;
    assert.ok(music("limited.json").notes.every(([, , pitch]) => pitch >= 48 && pitch <= 84));
    const top = (each, step) => Math.max(...each.notes.filter(([onset, length]) => onset <= step && onset + length > step).map((note) => note[2]));
    const [melody, harmonised] = [music("read.json"), music("harmonised.json")];
    for (let step = 0; step < melody.steps; ++step) {
      if (top(melody, step) > 0) assert.equal(top(harmonised, step), top(melody, step), `the top voice at step ${step}`);
    }
    assert.ok(JSON.parse(readFileSync(join(folder, "surprise.json"))).nats > 0);
  });

  test("it names every route that the page uses", () => {
    const text = readFileSync(join(root, "docs/api.md"), "utf8");
    const code = readFileSync(join(root, "web/src/api.ts"), "utf8");
    const routes = new Set([...code.matchAll(/\/api\/([a-z]+)/g)].map((match) => `/api/${match[1]}`));
    assert.ok(routes.size >= 8);
    for (const route of routes) assert.ok(text.includes(route), `${route} is not in docs/api.md`);
  });
});
