import { ref } from "vue";

import { whenBlocked } from "@/offline/database";
import { bearWitness, witness, type Held } from "@/offline/witness";

/**
 * What is wrong with this phone's storage: another tab holds an older version, the browser refuses, it is full, or the
 * browser cleared what was in it.
 */
export const storageTrouble = ref<"blocked" | "refused" | "full" | "lost" | null>(null);
/** How many things were not sent when the storage was cleared. */
export const lostUnsent = ref(0);

/** What was here is gone: said until the person has read it, also on the next start. */
export function noteLoss(held: Held): void {
  bearWitness({ ...held, lost: true });
  lostUnsent.value = held.unsent;
  storageTrouble.value = "lost";
}

/** What this person holds now. What waits is never tidied away: none at all after some means that it was cleared. */
export function noteHeld(user_id: string, unsent: number, operations: number): void {
  const before = witness();
  if (before?.user_id === user_id && before.unsent && !operations) noteLoss(before);
  else bearWitness({ user_id, unsent });
}

whenBlocked(() => (storageTrouble.value = "blocked"));
