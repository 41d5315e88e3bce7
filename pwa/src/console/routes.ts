import { createRouter, createWebHashHistory } from "vue-router";

import { useSession } from "./session";

export const TABS = ["hand-out", "watch", "hazards", "phones"] as const;
export type Tab = (typeof TABS)[number];
/** What a person must be able to do to see a tab; the others are open to every office role. */
const NEEDED: Partial<Record<Tab, string>> = { "hand-out": "dispatch.send", phones: "devices.see" };

export const tabsOf = (can: (act: string) => boolean): Tab[] =>
  TABS.filter((tab) => !NEEDED[tab] || can(NEEDED[tab]));

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/hand-out", name: "hand-out", component: () => import("./hand-out/HandOut.vue") },
    { path: "/watch", name: "watch", component: () => import("./watch/Watch.vue") },
    { path: "/hazards", name: "hazards", component: () => import("./hazards/Hazards.vue") },
    { path: "/phones", name: "phones", component: () => import("./phones/Phones.vue") },
    { path: "/:rest(.*)*", name: "start", component: { render: () => null } },
  ],
});

/** Away from a tab that is not this person's, and from addresses that do not exist. */
router.beforeEach((to) => {
  const session = useSession();
  if (!session.me) return true;
  const mine = tabsOf(session.can);
  return mine.includes(to.name as Tab) ? true : { name: mine[0] };
});
