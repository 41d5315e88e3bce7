import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { get, post } from "@/api/client";
import type { SetAside, SetAsideWhole, Standing } from "@/domain/quarantine";
import type { Page } from "@/domain/views";

const PAGE = 50;
/** More than this nobody reads at once; the list stays what it was at the last look. */
const MOST = 500;

/** What was set aside. No stream tells the office of it: read again every while (rereading.ts), and after every act. */
export const useQuarantine = defineStore("quarantine", () => {
  const standing = ref<Standing>("quarantined");
  const list = shallowRef<SetAside[] | null>(null);
  const next = ref<string | null>(null);
  const failure = shallowRef<unknown>(null);

  /** As many rows as are on the page: what was settled elsewhere leaves it. */
  const load = () => take(null, Math.min(MOST, Math.max(PAGE, list.value?.length ?? 0)));
  const loadOlder = () => take(next.value, PAGE);

  async function show(wanted: Standing): Promise<void> {
    if (wanted !== standing.value) [standing.value, list.value, next.value] = [wanted, null, null];
    await load();
  }

  async function take(cursor: string | null, limit: number): Promise<void> {
    const status = standing.value;
    try {
      const page = await get<Page<SetAside>>("/api/quarantine", { query: { status, cursor, limit } });
      if (status !== standing.value) return; // somebody looks at other rows by now
      list.value = cursor ? [...(list.value ?? []), ...page.results] : page.results;
      next.value = page.next;
      failure.value = null;
    } catch (error) {
      if (status === standing.value) failure.value = error;
    }
  }

  const read = (id: string) => get<SetAsideWhole>(`/api/quarantine/${id}`);
  const release = (id: string) => settle(`/api/quarantine/${id}/release`, {});
  const dismiss = (id: string, reason: string) => settle(`/api/quarantine/${id}/dismiss`, { reason });

  async function settle(path: string, body: object): Promise<SetAsideWhole> {
    try {
      return await post<SetAsideWhole>(path, body);
    } finally {
      void load(); // also when it was refused: then somebody else was faster
    }
  }

  return { standing, list, next, failure, load, loadOlder, show, read, release, dismiss };
});
