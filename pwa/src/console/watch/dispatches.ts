import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { get } from "@/api/client";
import type { Dispatch, Page } from "@/domain/views";
import { useLive } from "../live";

const AGAIN_WITHIN_MS = 3_000;

/** Dispatches have no stream of their own: read again when a task of an unknown one arrives. */
export const useDispatches = defineStore("dispatches", () => {
  const live = useLive();
  const list = shallowRef<Dispatch[] | null>(null);
  const next = ref<string | null>(null);
  const failure = shallowRef<unknown>(null);
  let planned: ReturnType<typeof setTimeout> | null = null;

  async function load(cursor: string | null = null): Promise<void> {
    failure.value = null;
    try {
      const page = await get<Page<Dispatch>>("/api/dispatches", { query: { cursor } });
      list.value = cursor ? [...(list.value ?? []), ...page.results] : page.results;
      next.value = page.next;
    } catch (error) {
      failure.value = error;
    }
  }

  const known = computed(() => new Set(list.value?.map(({ id }) => id)));
  watch(() => live.tasks, (tasks) => {
    if (!list.value || planned || next.value || tasks.every((task) => known.value.has(task.dispatch_id))) return;
    planned = setTimeout(() => {
      planned = null;
      void load();
    }, AGAIN_WITHIN_MS);
  });

  return { list, next, failure, load };
});
