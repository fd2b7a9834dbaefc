// Builds the editor into the folder that the server sends, with the licences of what is in it.

import { fileURLToPath } from "node:url";
import license from "rollup-plugin-license";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = here("../src/crampkg/server/static");

export default defineConfig({
  root: here("."),
  plugins: [
    license({
      thirdParty: {
        includePrivate: false,
        output: `${folder}/editor.licenses.txt`,
      },
    }),
  ],
  build: {
    outDir: folder,
    emptyOutDir: false,
    copyPublicDir: false,
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      input: here("src/editor.js"),
      output: { format: "es", entryFileNames: "editor.js", inlineDynamicImports: true },
    },
  },
});
