import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Office computers of 2015 run Chromium 109 (the last one for Windows 7 and 8.1).
const TARGET = ["chrome109", "firefox115", "safari16"];

export default defineConfig(({ command }) => ({
  plugins: [react()],
  base: command === "build" ? "/static/client/" : "/",
  build: {
    outDir: at("../src/diemcau/web/static/client"),
    emptyOutDir: true,
    manifest: true,
    target: TARGET,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rollupOptions: { input: { room: at("src/room/main.tsx"), desk: at("src/desk/main.tsx") } },
  },
  server: { host: "127.0.0.1", strictPort: true },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], environment: "node" },
}));
