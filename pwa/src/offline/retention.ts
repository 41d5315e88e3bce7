import { withDatabase, write } from "./database";

export const JOURNAL_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * The only place that deletes a person's records: what the server has had for 30 days, of this person only.
 * Unsent, unanswered and refused work is never touched, however old.
 */
export async function tidy(user_id: string, now = Date.now()): Promise<void> {
  const old = (time: string) => now - Date.parse(time) > JOURNAL_DAYS * DAY_MS;
  const gone = await write(["operations", "blobs", "drafts"], "relaxed", async (transaction) => {
    const operations = transaction.objectStore("operations");
    const needed = new Set<string>();
    const kept = new Set<string>();
    for (const held of await operations.index("of_user").getAll(user_id)) {
      const done = held.state === "acked" && held.result !== null && old(held.result.received_at);
      if (done) await operations.delete(held.op_id);
      else held.blobs.forEach((digest) => needed.add(digest));
      if (!done) kept.add(held.op_id);
    }
    const drafts = transaction.objectStore("drafts");
    for (const draft of await drafts.index("of_user").getAll(user_id)) {
      if (draft.submitted_as && !kept.has(draft.submitted_as)) await drafts.delete([user_id, draft.task_id]);
      else photosOf(draft).forEach((digest) => needed.add(digest));
    }
    const blobs = transaction.objectStore("blobs");
    const unused: string[] = [];
    for (const blob of await blobs.index("of_user").getAll(user_id)) {
      // a photo taken out of a form before it was sent is old and named by nothing
      if (needed.has(blob.sha256) || !old(blob.created_at)) continue;
      await blobs.delete([user_id, blob.sha256]);
      unused.push(blob.sha256);
    }
    return unused;
  });
  for (const digest of gone) {
    const pieces = IDBKeyRange.bound([user_id, digest, 0], [user_id, digest, Infinity]);
    await withDatabase((db) => db.delete("chunks", pieces));
  }
}

const photosOf = (draft: { answers: Record<string, { photos: { sha256: string }[] }> }) =>
  Object.values(draft.answers).flatMap(({ photos }) => photos.map(({ sha256 }) => sha256));
