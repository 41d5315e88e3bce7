import { readonly, ref } from "vue";

import { clockOf, dayOf } from "@/domain/times";

const TICK_MS = 5_000;
const time = ref(new Date());
setInterval(() => (time.value = new Date()), TICK_MS);

/** The present, as fine as people read it: every time on the page ages together. */
export const now = readonly(time);

/** The exact time behind a saying: 2026-11-23 17:05 */
export function exactly(iso: string): string {
  const at = new Date(iso);
  return `${dayOf(at)} ${clockOf(at)}`;
}
