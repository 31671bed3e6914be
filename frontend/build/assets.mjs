// Emits what pages use beside the bundle: the icon sprite and the prints, hashed, and manifest.json that names them all.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LOOP =
  '<symbol id="loop" viewBox="0 0 42 26" fill="none" stroke-width="3.4">' +
  '<circle stroke="var(--mango)" cx="13.5" cy="13" r="10"/><circle stroke="var(--camphor)" cx="28.5" cy="13" r="10"/>' +
  '<path stroke="var(--mango)" d="M19.2 4.8A10 10 0 0 1 23.5 13"/></symbol>';

/** One SVG file with a symbol per icon of icons.json (lucide, ISC), and the rings. */
function sprite(root) {
  const names = JSON.parse(readFileSync(join(root, "icons.json"), "utf8"));
  const symbols = names.map((name) => {
    const source = readFileSync(join(root, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
    const body = source
      .slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"))
      .replace(/\s*\n\s*/g, "")
      .replaceAll(" />", "/>");
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${LOOP}${symbols.join("")}</svg>\n`;
}

/** The manifest maps "main.js", "main.css", "icons.svg", "poster-dawn.webp", … to the hashed file. */
export function assets(root) {
  return {
    name: "haloop-assets",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "asset", name: "icons.svg", source: sprite(root) });
      const scenes = join(root, "assets/scenes");
      for (const name of readdirSync(scenes)) {
        this.emitFile({ type: "asset", name, source: readFileSync(join(scenes, name)) });
      }
      for (const name of ["icon.svg", "icon-192.png", "icon-512.png"]) {
        this.emitFile({ type: "asset", name, source: readFileSync(join(root, "assets", name)) });
      }
    },
    generateBundle(_options, bundle) {
      const manifest = {};
      for (const [file, output] of Object.entries(bundle)) {
        if (output.type === "chunk" && output.code.trim() === "") {
          delete bundle[file]; // the style sheet's own entry
        } else if (output.type === "chunk") {
          if (output.isEntry) manifest[`${output.name}.js`] = file;
        } else {
          for (const name of output.names) manifest[name] = file;
        }
      }
      const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
      this.emitFile({
        type: "asset",
        fileName: "manifest.json",
        source: `${JSON.stringify(sorted, null, 1)}\n`,
      });
    },
  };
}
