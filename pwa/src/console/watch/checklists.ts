import { defineStore } from "pinia";
import { shallowReactive } from "vue";

import { get } from "@/api/client";
import type { Checklist } from "@/domain/views";

/** Checklists by id: a published version never changes, so each is read once. */
export const useChecklists = defineStore("checklists", () => {
  const held = shallowReactive(new Map<string, Checklist>());

  async function load(id: string): Promise<void> {
    if (held.has(id)) return;
    // without it the answers still stand, by the keys of their items
    const list = await get<Checklist>(`/api/checklists/${id}`).catch(() => null);
    if (list) held.set(id, list);
  }
  return { held, load };
});
