import { createApp } from "vue";
import { createPinia } from "pinia";

import "@/theme/tokens.css";
import "./screen.css";
import { createWords } from "@/i18n";
import zh from "@/i18n/screen.zh";
import App from "./App.vue";

// a wall has one look, written in its address, whatever the computer behind it prefers
document.documentElement.dataset.theme = new URLSearchParams(location.search).get("theme") === "dark" ? "dark" : "light";
window.addEventListener("vite:preloadError", () => location.reload());
createWords(zh, () => import("@/i18n/screen.en")).then((words) => createApp(App).use(createPinia()).use(words).mount("#app"));
