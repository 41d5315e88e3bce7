import { defineStore } from "pinia";
import { ref } from "vue";

import { deviceName, readSession, signIn as askSignIn, signOut as askSignOut } from "@/api/session";
import { Problem } from "@/api/client";
import type { Me } from "@/domain/views";
import { deviceId } from "@/offline/device";
import { forgetSession, lastSession, rememberSession } from "@/offline/sessions";
import { dismissWitness, witness } from "@/offline/witness";
import { noteLoss } from "./storage";

/** Who works on this phone. Remembered, so that the app opens without network; the server has the last word. */
export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  /** The server no longer knows this session; work goes on here, sending waits for a new sign-in. */
  const expired = ref(false);

  async function restore(): Promise<void> {
    me.value = await lastSession();
    const held = witness();
    // somebody worked here, did not sign out, and is not known any more
    if (!held || (me.value && !held.lost)) return;
    noteLoss(held);
  }

  async function refresh(): Promise<void> {
    try {
      await become(await readSession());
    } catch (error) {
      if (error instanceof Problem && error.status === 401) expired.value = true;
    }
  }

  async function signIn(phone: string, password: string): Promise<void> {
    await become(await askSignIn(phone, password, { id: await deviceId(), name: deviceName() }));
    void navigator.storage?.persist?.();
  }

  async function signOut(): Promise<void> {
    const leaving = me.value;
    if (!expired.value) await askSignOut();
    if (leaving) await forgetSession(leaving.user.id);
    dismissWitness();
    me.value = null;
    expired.value = false;
  }

  async function become(person: Me): Promise<void> {
    await rememberSession(person);
    me.value = person;
    expired.value = false;
  }

  return { me, expired, restore, refresh, signIn, signOut };
});
