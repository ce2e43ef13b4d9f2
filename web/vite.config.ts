/** Builds the pages to dist/: one HTML file each, beside hashed files that the API serves from /assets/. */
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  build: {
    // GraphiQL's editor (Monaco) is large and has a page of its own: the default warning would cry at each build.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: ["graphiql.html"],
      // "use client" and "use no memo" speak to servers and compilers that are not here; there are hundreds.
      onLog: (level, log, report) => {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
  worker: { format: "es" },
});
