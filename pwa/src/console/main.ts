import { createApp } from "vue";
import { createPinia } from "pinia";

import "@/theme/tokens.css";
import "@/theme/element.css";
import { applyAppearance } from "@/theme/appearance";
import { createWords } from "@/i18n";
import zh from "@/i18n/console.zh";
import App from "./App.vue";

applyAppearance();
createWords(zh, () => import("@/i18n/console.en")).then((words) => createApp(App).use(createPinia()).use(words).mount("#app"));
