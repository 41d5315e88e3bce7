import type { Me } from "@/domain/views";
import { withDatabase, write } from "./database";

/**
 * Who works on this phone: remembered, so that the app opens behind the hill without asking the server. One person at
 * a time: whoever signed in before is not brought back when this one signs out.
 */
export function rememberSession(me: Me): Promise<void> {
  return write(["sessions"], "strict", async ({ store }) => {
    await store.clear();
    await store.put({ user_id: me.user.id, me });
  });
}

export async function lastSession(): Promise<Me | null> {
  const [held] = await withDatabase((db) => db.getAll("sessions"));
  return held?.me ?? null;
}

/** Signing out forgets who was signed in, never what was done. */
export function forgetSession(user_id: string): Promise<void> {
  return write(["sessions"], "strict", async ({ store }) => store.delete(user_id));
}
