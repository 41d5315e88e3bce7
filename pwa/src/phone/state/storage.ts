import { ref } from "vue";

import { whenBlocked } from "@/offline/database";

/** Why this phone's storage cannot be used: another tab holds an older version, or the browser refuses. */
export const storageTrouble = ref<"blocked" | "refused" | null>(null);

whenBlocked(() => (storageTrouble.value = "blocked"));
