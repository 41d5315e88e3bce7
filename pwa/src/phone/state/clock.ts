import { computed, ref } from "vue";

import { onContact } from "@/api/client";

const TICK_MS = 30_000;
/** Less than this is the way's doing, or nobody's trouble. */
const WRONG_FROM_MS = 5 * 60_000;

/** What this phone's clock says, moving on by itself: for what the phone itself has stamped. */
export const phoneNow = ref(new Date());
/** By how much that clock is ahead of the server's (behind: negative); 0 while it is right. */
export const aheadMs = ref(0);
/** The present by the server's clock: deadlines must not be overdue because a phone's clock is wrong. */
export const now = computed(() => new Date(phoneNow.value.getTime() - aheadMs.value));

const tick = () => (phoneNow.value = new Date());
setInterval(tick, TICK_MS);
document.addEventListener("visibilitychange", tick);
onContact((_reached, serverTime) => {
  if (!serverTime) return;
  const ahead = Date.now() - serverTime.getTime();
  aheadMs.value = Math.abs(ahead) < WRONG_FROM_MS ? 0 : ahead;
  tick();
});
