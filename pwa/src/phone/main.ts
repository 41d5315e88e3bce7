import { createPinia } from "pinia";
import { createApp } from "vue";

import "@/theme/tokens.css";
import "@/theme/vant.css";
import "./phone.css";
import { applyAppearance, followSystem } from "@/theme/appearance";
import { createWords } from "@/i18n";
import zh from "@/i18n/phone.zh";
import App from "./App.vue";
import { router } from "./routes";
import { runEngine } from "./state/engine";
import { useSession } from "./state/session";

async function open(): Promise<void> {
  applyAppearance();
  followSystem();
  const words = await createWords(zh, () => import("@/i18n/phone.en"));
  const app = createApp(App).use(createPinia()).use(words);
  const session = useSession();
  await session.restore(); // the last person's work is on the screen before the network is asked
  app.use(router).mount("#app");
  runEngine();
  if (session.me) void session.refresh();
}

void open();
