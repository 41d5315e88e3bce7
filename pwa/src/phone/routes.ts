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

const Today = () => import("./screens/Today.vue");
const Sync = () => import("./screens/Sync.vue");
const Me = () => import("./screens/Me.vue");
const SignIn = () => import("./screens/SignIn.vue");
const TaskPage = () => import("./screens/TaskPage.vue");
const Form = () => import("./screens/Form.vue");
const Review = () => import("./screens/Review.vue");
const Submitted = () => import("./screens/Submitted.vue");
export const screens: (() => Promise<unknown>)[] = [Today, TaskPage, Form, Review, Submitted, Sync, Me, SignIn];

/** Hash history: an address works in every browser and every in-app view, with or without a service worker. */
export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/", name: "today", component: Today, meta: { tab: "today" } },
    { path: "/sync", name: "sync", component: Sync, meta: { tab: "sync" } },
    { path: "/me", name: "me", component: Me, meta: { tab: "me" } },
    { path: "/sign-in", name: "sign-in", component: SignIn, meta: { open: true, form: true } },
    { path: "/task/:id", name: "task", component: TaskPage, props: true },
    { path: "/task/:id/form", name: "form", component: Form, props: true, meta: { form: true } },
    { path: "/task/:id/review", name: "review", component: Review, props: true, meta: { form: true } },
    { path: "/task/:id/submitted", name: "submitted", component: Submitted, props: true },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

router.beforeEach((to) => {
  if (useSession().me || to.meta.open) return true;
  return { name: "sign-in", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
});
