import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { assets } from "./build/assets.mjs";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root,
  base: "/static/",
  publicDir: false,
  plugins: [assets(root)],
  build: {
    outDir: "../src/haloop/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    rolldownOptions: {
      input: { main: "src/main.ts", look: "styles/main.css" },
      output: {
        assetFileNames: "[name]-[hash][extname]",
        chunkFileNames: "[name]-[hash].js",
        entryFileNames: "[name]-[hash].js",
      },
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
