import { defineConfig } from "vite";

// The page is served by toccata studio itself; `npm run dev` passes its interface through to one
// that runs on the usual port.
export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": "http://127.0.0.1:8642", "/health": "http://127.0.0.1:8642" } },
});
