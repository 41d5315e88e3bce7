import { defineStore } from "pinia";
import { ref } from "vue";

import type { Mark } from "@/map/styles";

/** Which grids are chosen, on the map or in the list, and what an open drawer marks on the map. */
export const useSelection = defineStore("selection", () => {
  const uids = ref<ReadonlySet<string>>(new Set());
  const marks = ref<Mark[]>([]);

  function toggle(uid: string): void {
    const next = new Set(uids.value);
    if (!next.delete(uid)) next.add(uid);
    uids.value = next;
  }

  function setAll(some: string[], chosen: boolean): void {
    const next = new Set(uids.value);
    some.forEach((uid) => (chosen ? next.add(uid) : next.delete(uid)));
    uids.value = next;
  }

  const clear = () => (uids.value = new Set());
  return { uids, marks, toggle, setAll, clear };
});
