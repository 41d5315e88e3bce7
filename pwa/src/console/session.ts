import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { Problem } from "@/api/client";
import { deviceName, readSession, signIn, signOut } from "@/api/session";
import type { Me } from "@/domain/views";

export type SessionState = "unknown" | "in" | "out" | "unreachable";
const DEVICE_KEY = "anwangge.office.device";

/** Who sits before this screen. */
export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  const state = ref<SessionState>("unknown");
  const failure = ref<unknown>(null);

  async function load(): Promise<void> {
    try {
      accept(await readSession());
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return forget();
      failure.value = error;
      if (state.value !== "in") state.value = "unreachable";
    }
  }

  async function enter(phone: string, password: string): Promise<void> {
    accept(await signIn(phone, password, { id: deviceId(), name: deviceName() }));
  }

  async function leave(): Promise<void> {
    await signOut();
    forget();
  }

  function accept(answer: Me): void {
    me.value = answer;
    state.value = "in";
  }

  function forget(): void {
    me.value = null;
    state.value = "out";
  }

  const can = (act: string): boolean => me.value?.acts.includes(act) ?? false;
  /** The picture of a department or the town; who has none works on the phone. */
  const seesOffice = computed(() => can("overview.see") || can("dispatch.send"));

  /** Nobody's town: a supervisor of several, or an administrator before the first town is loaded. */
  const town = computed(() => me.value?.town ?? null);

  return { me, town, state, failure, load, enter, leave, forget, can, seesOffice };
});

function deviceId(): string {
  try {
    const id = localStorage.getItem(DEVICE_KEY) ?? crypto.randomUUID();
    localStorage.setItem(DEVICE_KEY, id);
    return id;
  } catch {
    return crypto.randomUUID(); // a browser that forbids storage is a new device each time
  }
}
