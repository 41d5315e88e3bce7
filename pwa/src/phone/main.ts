import { createPinia } from "pinia";
import { createApp } from "vue";

import "@/theme/tokens.css";
import "@/theme/vant.css";
import "./phone.css";
import { applyAppearance, followSystem } from "@/theme/appearance";
import { createWords } from "@/i18n";
import zh from "@/i18n/phone.zh";
import App from "./App.vue";
import { router, screens } from "./routes";
import { runEngine } from "./state/engine";
import { useSession } from "./state/session";
import { storageTrouble } from "./state/storage";

const FETCH_AFTER_MS = 1_500;

async function open(): Promise<void> {
  applyAppearance();
  followSystem();
  const words = await createWords(zh, () => import("@/i18n/phone.en"));
  const app = createApp(App).use(createPinia()).use(words);
  const session = useSession();
  try {
    await session.restore(); // the last person's work is on the screen before the network is asked
  } catch {
    storageTrouble.value = "refused";
  }
  app.use(router).mount("#app");
  runEngine();
  if (session.me) void session.refresh();
  setTimeout(() => void fetchEverything(), FETCH_AFTER_MS); // the first screen and its data come first
}

/**
 * Without a service worker (plain http, in-app browsers) a page not yet fetched is missing behind the hill. So once
 * the first screen stands, everything a day in the field needs is fetched into this page.
 */
async function fetchEverything(): Promise<void> {
  await Promise.allSettled([...screens.map((load) => load()), ...tools.map((load) => load())]);
}
const tools = [
  () => import("./state/running"), () => import("signature_pad"), () => import("compressorjs"),
  () => import("exifr/dist/lite.esm.mjs"),
  () => import("vant/es/toast"), () => import("vant/es/toast/style"), () => import("vant/es/dialog"),
  () => import("vant/es/dialog/style"), () => import("@noble/hashes/sha2.js"),
];

void open();
