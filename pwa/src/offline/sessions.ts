import type { Me } from "@/domain/views";
import { withDatabase, write } from "./database";

/** Who works on this phone: remembered, so that the app opens behind the hill without asking the server. */
export function rememberSession(me: Me): Promise<void> {
  return write(["sessions"], "strict", async ({ store }) => {
    await store.put({ user_id: me.user.id, me, used_at: new Date().toISOString() });
  });
}

export async function lastSession(): Promise<Me | null> {
  const all = await withDatabase((db) => db.getAll("sessions"));
  return all.sort((a, b) => b.used_at.localeCompare(a.used_at))[0]?.me ?? null;
}

/** Signing out forgets who was signed in, never what was done. */
export function forgetSession(user_id: string): Promise<void> {
  return write(["sessions"], "strict", async ({ store }) => store.delete(user_id));
}
