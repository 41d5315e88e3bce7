import { computed, ref, shallowRef, watch } from "vue";

import { get } from "@/api/client";
import { errorText } from "@/api/problems";
import type { Inspection, Page, Task } from "@/domain/views";

/** The results of one task: read once, then what the stream brings. A former holder's result is among them. */
export function useInspections(task: () => Task, streamed: () => Inspection[]) {
  const read = shallowRef<Inspection[] | null>(null);
  const failure = ref("");

  async function load(): Promise<void> {
    failure.value = "";
    try {
      read.value = (await get<Page<Inspection>>("/api/inspections", { query: { task: task().id } })).results;
    } catch (error) {
      failure.value = errorText(error);
    }
  }
  watch(() => [task().id, task().inspection_id], load, { immediate: true });

  const inspections = computed(() => {
    const known = new Map((read.value ?? []).map((one) => [one.id, one]));
    for (const one of streamed()) {
      const held = known.get(one.id);
      if (one.task_id === task().id && (!held || one.version >= held.version)) known.set(one.id, one);
    }
    const all = [...known.values()].sort((a, b) => b.assignment_no - a.assignment_no);
    return read.value || all.length ? all : null;
  });
  return { inspections, failure };
}
