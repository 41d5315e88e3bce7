import type { InspectionDraft } from "@/domain/inspection";
import { withDatabase, write } from "./database";

/** Every answer is saved as it is given; strict, so that a phone that dies in the rain has lost nothing. */
export function saveDraft(draft: InspectionDraft): Promise<void> {
  const plain = JSON.parse(JSON.stringify(draft)) as InspectionDraft;
  return write(["drafts"], "strict", async ({ store }) => {
    const held = await store.get([plain.user_id, plain.task_id]);
    // a submitted form is never edited; a later attempt has an inspection id of its own
    if (held?.submitted_as && held.inspection_id === plain.inspection_id) return;
    await store.put(plain);
  });
}

export const readDraft = (user_id: string, task_id: string): Promise<InspectionDraft | undefined> =>
  withDatabase((db) => db.get("drafts", [user_id, task_id]));

export const draftsOf = (user_id: string): Promise<InspectionDraft[]> =>
  withDatabase((db) => db.getAllFromIndex("drafts", "of_user", user_id));

/** Given up by the person who filled it in. Its photos, named by nothing now, go with `tidy`. */
export const giveUpDraft = (user_id: string, task_id: string): Promise<void> =>
  write(["drafts"], "strict", ({ store }) => store.delete([user_id, task_id]));
