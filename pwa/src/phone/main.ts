import { createApp } from "vue";

import "@/theme/tokens.css";
import "@/theme/vant.css";
import { applyAppearance, followSystem } from "@/theme/appearance";
import { createWords } from "@/i18n";
import zh from "@/i18n/phone.zh";
import App from "./App.vue";

applyAppearance();
followSystem();
createWords(zh, () => import("@/i18n/phone.en")).then((words) => createApp(App).use(words).mount("#app"));
