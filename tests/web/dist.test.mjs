// The committed page, web/dist, is what its source gives: built anew and compared byte for byte.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { root } from "./support.mjs";

const web = join(root, "web");
const skip = existsSync(join(web, "node_modules/vite")) ? false : "Node's packages are absent (npm ci --prefix web)";
if (skip) console.error(`skipped: ${skip}`);

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

test("web/dist is a fresh build of web/src", { skip, timeout: 180000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "toccata-page-"));
  try {
    cpSync(web, folder, { recursive: true, filter: (path) => !path.startsWith(join(web, "node_modules")) && !path.startsWith(join(web, "dist")) });
    symlinkSync(join(web, "node_modules"), join(folder, "node_modules"));
    const build = spawnSync(process.execPath, [join(web, "node_modules/vite/bin/vite.js"), "build"], { cwd: folder, encoding: "utf8" });
    assert.equal(build.status, 0, build.stderr);
    const made = files(join(folder, "dist"));
    assert.deepEqual(files(join(web, "dist")), made, "run npm run build --prefix web, and commit web/dist");
    for (const file of made) {
      assert.ok(readFileSync(join(web, "dist", file)).equals(readFileSync(join(folder, "dist", file))), `${file} differs: run npm run build --prefix web`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the page's source is sound TypeScript", { skip, timeout: 180000 }, () => {
  const check = spawnSync(process.execPath, [join(web, "node_modules/typescript/bin/tsc"), "--noEmit"], { cwd: web, encoding: "utf8" });
  assert.equal(check.status, 0, check.stdout);
});
