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

/** Vant's icons come as a 25 KB base64 font in its CSS; the phone draws its own few icons, so the font stays out. */
function withoutVantIconFont(): Plugin {
  return {
    name: "without-vant-icon-font",
    enforce: "pre",
    transform: (code, id) => (id.includes("vant/es/icon/index.css") ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : null),
  };
}

/** Files that only console and screen use live in a folder of their own, so that phones never precache them. */
function folderOf(sources: string[]): string {
  const office = /^(console|screen|element|ol|echarts)\b|\/(src\/(console|screen|map|i18n\/(console|screen)))\b/;
  return sources.some((source) => office.test(source)) ? "assets/office" : "assets";
}

export default defineConfig({
  base: "/",
  define: {
    __VUE_I18N_LEGACY_API__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
    __VUE_OPTIONS_API__: "true", // Element Plus has a few components of the old kind
  },
  resolve: { alias: { "@": here("./src") } },
  plugins: [
    vue(),
    withoutVantIconFont(),
    components({ dirs: [], dts: false, resolvers: [VantResolver()], include: [/src\/phone\/.*\.vue$/] }),
    components({
      dirs: [],
      dts: false,
      resolvers: [ElementPlusResolver({ importStyle: "css" })],
      include: [/src\/console\/.*\.vue$/],
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
        // precache is all or nothing: only what the phone needs, nothing of assets/office
        globPatterns: ["index.html", "assets/*.{js,css}"],
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
      output: {
        entryFileNames: (chunk) => `${folderOf([chunk.name])}/[name]-[hash].js`,
        chunkFileNames: (chunk) => `${folderOf([chunk.name, ...chunk.moduleIds])}/[name]-[hash].js`,
        assetFileNames: (asset) => `${folderOf([...asset.names, ...asset.originalFileNames])}/[name]-[hash][extname]`,
        codeSplitting: {
          groups: [
            { name: "vue", test: /node_modules\/(vue|@vue|vue-router|vue-i18n|@intlify|pinia)\// },
            { name: "element", test: /node_modules\/(element-plus|@element-plus|@popperjs|@floating-ui|async-validator|lodash|dayjs)/ },
            { name: "ol", test: /node_modules\/(ol|rbush|quickselect|earcut|pbf|geotiff)\// },
            { name: "echarts", test: /node_modules\/(echarts|zrender)\// },
          ],
        },
      },
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
