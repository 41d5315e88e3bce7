import { ref } from "vue";

const TICK_MS = 30_000;

/** The present, moving on by itself, so that deadlines on the screen do not grow stale. */
export const now = ref(new Date());
setInterval(() => (now.value = new Date()), TICK_MS);
document.addEventListener("visibilitychange", () => (now.value = new Date()));
