import { createApp } from "vue";
import { createPinia } from "pinia";

import "@/theme/tokens.css";
import "@/theme/element.css";
import "./console.css";
import { applyAppearance, followSystem } from "@/theme/appearance";
import { createWords } from "@/i18n";
import zh from "@/i18n/console.zh";
import App from "./App.vue";
import { router } from "./routes";

applyAppearance();
followSystem();
// after a new release the old chunks are gone: load the page again rather than stay blank
window.addEventListener("vite:preloadError", () => location.reload());
createWords(zh, () => import("@/i18n/console.en")).then((words) =>
  createApp(App).use(createPinia()).use(router).use(words).mount("#app"));
