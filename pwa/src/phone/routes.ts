import { createRouter, createWebHashHistory } from "vue-router";

import { useSession } from "./state/session";

declare module "vue-router" {
  interface RouteMeta {
    /** Shown with the tab bar. */
    tab?: "today" | "sync" | "me";
    /** Something is being filled in: nothing may interrupt. */
    form?: boolean;
    open?: boolean;
  }
}

/** Hash history: an address works in every browser and every in-app view, with or without a service worker. */
export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/", name: "today", component: () => import("./screens/Today.vue"), meta: { tab: "today" } },
    { path: "/sync", name: "sync", component: () => import("./screens/Sync.vue"), meta: { tab: "sync" } },
    { path: "/me", name: "me", component: () => import("./screens/Me.vue"), meta: { tab: "me" } },
    { path: "/sign-in", name: "sign-in", component: () => import("./screens/SignIn.vue"), meta: { open: true, form: true } },
    { path: "/task/:id", name: "task", component: () => import("./screens/TaskPage.vue"), props: true },
    { path: "/task/:id/form", name: "form", component: () => import("./screens/Form.vue"), props: true, meta: { form: true } },
    { path: "/task/:id/review", name: "review", component: () => import("./screens/Review.vue"), props: true, meta: { form: true } },
    { path: "/task/:id/submitted", name: "submitted", component: () => import("./screens/Submitted.vue"), props: true },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

router.beforeEach((to) => {
  if (!useSession().me && !to.meta.open) return { name: "sign-in", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
  return true;
});
