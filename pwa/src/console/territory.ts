import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { get } from "@/api/client";
import type { Enterprise, GridFeature, Page } from "@/domain/views";
import type { Grids, Villages } from "@/map/collections";

/** Villages, grids and enterprises: they change rarely, so they are read once per visit. */
export const useTerritory = defineStore("territory", () => {
  const villages = shallowRef<Villages | null>(null);
  const grids = shallowRef<Grids | null>(null);
  const enterprises = shallowRef<Enterprise[]>([]);
  const failure = ref<unknown>(null);

  /** Everything for the console's map. */
  async function load(): Promise<void> {
    await loadLand();
    if (!failure.value) enterprises.value = await allEnterprises().catch(() => []); // the map is of use without them
  }

  async function loadLand(): Promise<void> {
    failure.value = null;
    try {
      const [land, cells] = await Promise.all([get<Villages>("/api/villages.geojson"), get<Grids>("/api/grids.geojson")]);
      villages.value = land;
      grids.value = cells;
    } catch (error) {
      failure.value = error;
    }
  }

  const gridOf = computed(() => new Map((grids.value?.features ?? []).map((grid) => [grid.properties.uid, grid])));
  const gridName = (uid: string): string => gridOf.value.get(uid)?.properties.name ?? "";
  const inOrder = computed<GridFeature[]>(() =>
    [...(grids.value?.features ?? [])].sort((a, b) => a.properties.code.localeCompare(b.properties.code)));

  return { villages, grids, enterprises, failure, load, loadLand, gridOf, gridName, inOrder };
});

async function allEnterprises(): Promise<Enterprise[]> {
  const all: Enterprise[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Page<Enterprise> = await get("/api/enterprises", { query: { cursor } });
    all.push(...page.results);
    cursor = page.next;
  }
  return all;
}
