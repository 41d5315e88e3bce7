import { ref } from "vue";

import { whenBlocked } from "@/offline/database";

/**
 * What is wrong with this phone's storage: another tab holds an older version, the browser refuses, it is full, or the
 * browser cleared what was in it.
 */
export const storageTrouble = ref<"blocked" | "refused" | "full" | "lost" | null>(null);
/** How many things were not sent when the storage was cleared. */
export const lostUnsent = ref(0);

whenBlocked(() => (storageTrouble.value = "blocked"));
