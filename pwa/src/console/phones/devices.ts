import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { get } from "@/api/client";
import type { Device } from "@/domain/devices";
import type { Page } from "@/domain/views";

const PAGE = 500;

/** Phones tell the server how they are, and no stream tells the office: read again every while (rereading.ts). */
export const useDevices = defineStore("devices", () => {
  const list = shallowRef<Device[] | null>(null);
  const failure = shallowRef<unknown>(null);
  const readAt = ref<string | null>(null);

  async function load(): Promise<void> {
    try {
      list.value = await everyDevice();
      readAt.value = new Date().toISOString();
      failure.value = null;
    } catch (error) {
      failure.value = error; // what was read before stays on the page, with its age
    }
  }

  return { list, failure, readAt, load };
});

/** A phone whose place changes while the pages are read may come twice; the later word counts. */
async function everyDevice(): Promise<Device[]> {
  const found = new Map<string, Device>();
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Page<Device> = await get("/api/devices", { query: { cursor, limit: PAGE } });
    page.results.forEach((device) => found.set(device.id, device));
    cursor = page.next;
  }
  return [...found.values()];
}
