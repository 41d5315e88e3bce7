import { defineStore } from "pinia";
import { ref } from "vue";

import { onContact } from "@/api/client";
import type { FeedState } from "@/realtime/feed";

const KEY = "anwangge.last_contact";

/** What is known about the way to the server: from answers that came or failed to come, never from `navigator.onLine`. */
export const useConnection = defineStore("connection", () => {
  const state = ref<FeedState>("connecting");
  const lastContact = ref<string | null>(localStorage.getItem(KEY));

  onContact((reached) => {
    if (reached) {
      lastContact.value = new Date().toISOString();
      localStorage.setItem(KEY, lastContact.value);
      if (state.value === "offline") state.value = "connecting";
    } else if (state.value !== "live") {
      state.value = "offline";
    }
  });

  return { state, lastContact };
});
