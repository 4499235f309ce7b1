// A studio that other machines can reach asks for its token; the page takes it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compose, missing, Studio, withStudio } from "./support.mjs";

const skip = missing();

describe("the token", { skip, timeout: 300000 }, () => {
  let studio, browser;
  withStudio({ words: ["--address", "0.0.0.0"] }, (made) => ({ studio, browser } = made));

  test("it is asked for on any address but loopback's, and stands in the printed one", async () => {
    assert.match(studio.printed, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{48}$/);
    for (const path of ["/api/models", "/api/runs", "/health"]) assert.equal((await fetch(studio.url + path)).status, 401, path);
    const own = await Studio.start();
    try {
      assert.equal(own.token, undefined);
      assert.equal((await fetch(`${own.url}/api/models`)).status, 200);
    } finally {
      await own.remove();
    }
  });

  const works = async (page) => {
    await page.getByRole("button", { name: /^Compose C/, disabled: false }).waitFor();
    assert.ok(!page.url().includes("token"), page.url());
    await page.getByLabel("Play while it composes").uncheck();
    await compose(page, 2);
  };

  test("the printed address opens the page, and a reload keeps it open", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(studio.printed);
    await works(page);
    await page.reload();
    await works(page);
    await context.close();
  });

  test("without it the page asks for it, and says when it is another", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(studio.url);
    await page.getByRole("heading", { name: "This studio asks for its token" }).waitFor();
    await page.getByLabel("Token", { exact: true }).fill("not-the-token");
    await page.getByRole("button", { name: "Open the studio" }).click();
    await page.getByRole("alert").filter({ hasText: "not this studio's token" }).waitFor();
    assert.ok(!page.url().includes("token"), "a token does not stay in the address");
    await page.getByLabel("Token", { exact: true }).fill(studio.token);
    await page.getByRole("button", { name: "Open the studio" }).click();
    await works(page);
    await context.close();
  });
});
