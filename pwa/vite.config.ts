import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { VantResolver } from "@vant/auto-import-resolver";
import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import components from "unplugin-vue-components/vite";
import { type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.ANWANGGE_SERVER ?? "http://127.0.0.1:8000";
/** One number for server and surfaces: phones report it, so that the office sees which ones run an old copy. */
const version = /^version = "(.+)"$/m.exec(readFileSync(here("../pyproject.toml"), "utf8"))?.[1] ?? "";

/** Vant's icons come as a 25 KB base64 font in its CSS; the phone draws its own few icons, so the font stays out. */
function withoutVantIconFont(): Plugin {
  return {
    name: "without-vant-icon-font",
    enforce: "pre",
    transform: (code, id) => (id.includes("vant/es/icon/index.css") ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : null),
  };
}

/** What the phone's entry can reach, noted while the build is written: that is precached, nothing of the office. */
function phoneFiles(): { plugin: Plugin; reached: Set<string> } {
  const reached = new Set<string>();
  return {
    reached,
    plugin: {
      name: "phone-files",
      generateBundle(_options, bundle) {
        const visit = (file: string): void => {
          const chunk = bundle[file];
          if (reached.has(file) || chunk?.type !== "chunk") return;
          reached.add(file);
          chunk.viteMetadata?.importedCss.forEach((css) => reached.add(css));
          [...chunk.imports, ...chunk.dynamicImports].forEach(visit);
        };
        Object.values(bundle).forEach((one) => one.type === "chunk" && one.isEntry && one.name === "index" && visit(one.fileName));
      },
    },
  };
}
const phone = phoneFiles();

export default defineConfig({
  base: "/",
  define: {
    __APP_VERSION__: JSON.stringify(version),
    __VUE_I18N_LEGACY_API__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
    __VUE_OPTIONS_API__: "true", // Element Plus has a few components of the old kind
  },
  resolve: { alias: { "@": here("./src") } },
  plugins: [
    vue(),
    withoutVantIconFont(),
    phone.plugin,
    components({ dirs: [], dts: false, resolvers: [VantResolver()], include: [/src\/phone\/.*\.vue(\?|$)/] }),
    components({
      dirs: [],
      dts: false,
      resolvers: [ElementPlusResolver({ importStyle: "css" })],
      include: [/src\/console\/.*\.vue(\?|$)/],
    }),
    VitePWA({
      registerType: "prompt",
      injectRegister: null,
      includeAssets: ["icon.svg", "apple-touch-icon.png"],
      manifest: {
        name: "安网格",
        short_name: "安网格",
        description: "乡镇安全生产网格：排查隐患，消除隐患",
        lang: "zh-CN",
        start_url: "/",
        scope: "/",
        display: "standalone",
        background_color: "#f3f6f6",
        theme_color: "#0b5560",
        icons: [
          { src: "icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png", purpose: "any maskable" },
          { src: "icon.svg", sizes: "any", type: "image/svg+xml" },
        ],
      },
      workbox: {
        globPatterns: ["index.html", "assets/*.{js,css}"],
        // precache is all or nothing, so it holds only what the phone needs
        manifestTransforms: [
          (entries) => ({
            manifest: entries.filter(({ url }) => !url.startsWith("assets/") || phone.reached.has(url)),
            warnings: [],
          }),
        ],
        navigateFallback: "index.html",
        navigateFallbackDenylist: [/^\/(api|console|screen|admin|ws|media|static)/],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  build: {
    target: "es2021",
    rolldownOptions: {
      input: { index: here("./index.html"), console: here("./console.html"), screen: here("./screen.html") },
    },
  },
  server: {
    port: 5173,
    proxy: {
      "/api": { target: server, changeOrigin: false },
      "/ws": { target: server, ws: true },
      "/media": { target: server },
    },
  },
  test: { environment: "node", include: ["tests/**/*.test.ts"], setupFiles: ["tests/setup.ts"] },
});
