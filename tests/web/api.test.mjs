// Every line in the boxes of docs/api.md, run as it stands there, against the real server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { existsSync, program, root, Studio, waitFor } from "./support.mjs";

const skip = existsSync(program) ? undefined : `${program} is not built`;
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

  test("what is ordered with limits, a melody or bars to fill is what toccata generate makes, byte for byte", async () => {
    const options = { cwd: folder, env: { ...process.env, TOCCATA_MODELS: join(root, "models") }, encoding: "utf8" };
    const file = readFileSync(join(folder, "piece.mid"));
    const given = { midi: file.toString("base64"), name: "piece.mid" };
    const orders = [
      [["--steps", "48", "--key", "A minor", "--range", "C3-C6", "--most-notes", "3", "--longest-silence", "1/2", "--density", "1.5", "--particles", "4"],
       { steps: 48, key: "A minor", range: "C3-C6", most_notes: 3, longest_silence: "1/2", density: 1.5, particles: 4 }],
      [["--melody", "piece.mid", "--voice", "top"], { melody: { ...given, voice: "top" } }],
      [["--infill", "piece.mid", "--bars", "2-3", "--temperature", "0.9"], { infill: { ...given, bars: "2-3" }, temperature: 0.9 }],
      [["--prime", "piece.mid", "--prime-bars", "2", "--steps", "16"], { prime: { ...given, bars: 2 }, steps: 16 }],
    ];
    for (const [index, [words, order]] of orders.entries()) {
      const out = join(folder, `made-${index}`);
      const run = spawnSync(program, ["generate", studio.model, "--output", studio.folder, "--seed", "5", "--batch", "1", "--out", out, ...words], options);
      assert.equal(run.status, 0, run.stderr);
      const made = await studio.json("/api/compositions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ model: studio.model, seed: 5, ...order }) });
      await waitFor(async () => ["done", "failed"].includes((await studio.json(`/api/compositions/${made.id}`)).state), 120000);
      const ours = Buffer.from(await (await fetch(`${studio.url}/api/compositions/${made.id}/pieces/0.mid`)).arrayBuffer());
      const theirs = readFileSync(join(out, readdirSync(out)[0]));
      assert.ok(ours.equals(theirs), `${words.join(" ")}\n${ours.toString("latin1").match(/\{"toccata.*\}\}/)}\n${theirs.toString("latin1").match(/\{"toccata.*\}\}/)}`);
    }
  });

  test("it names every route that the page uses", () => {
    const text = readFileSync(join(root, "docs/api.md"), "utf8");
    const code = readFileSync(join(root, "web/src/api.ts"), "utf8");
    const routes = new Set([...code.matchAll(/\/api\/([a-z]+)/g)].map((match) => `/api/${match[1]}`));
    assert.ok(routes.size >= 8);
    for (const route of routes) assert.ok(text.includes(route), `${route} is not in docs/api.md`);
  });
});
