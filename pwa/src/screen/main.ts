import { createApp } from "vue";
import { createPinia } from "pinia";

import "@/theme/tokens.css";
import { applyAppearance } from "@/theme/appearance";
import { createWords } from "@/i18n";
import zh from "@/i18n/screen.zh";
import App from "./App.vue";

applyAppearance();
createWords(zh, () => import("@/i18n/screen.en")).then((words) => createApp(App).use(createPinia()).use(words).mount("#app"));
