import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { onContact } from "@/api/client";
import type { FeedState } from "@/realtime/feed";

const KEY = "anwangge.last_contact";

/** What is known about the way to the server: from answers that came or did not, never from `navigator.onLine`. */
export const useConnection = defineStore("connection", () => {
  const feed = ref<FeedState>("connecting");
  const reached = ref(true);
  const lastContact = ref<string | null>(localStorage.getItem(KEY));

  // an open socket is no connection while requests fail: nothing could be sent
  const state = computed<FeedState>(() => (reached.value ? feed.value : "offline"));

  onContact((answered) => {
    reached.value = answered;
    if (!answered) return;
    lastContact.value = new Date().toISOString();
    localStorage.setItem(KEY, lastContact.value);
  });

  return { state, feed, lastContact };
});
