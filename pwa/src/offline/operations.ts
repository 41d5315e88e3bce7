import { v7 as uuid } from "uuid";

import type { InspectionDraft } from "@/domain/inspection";
import { stateAfter, type OperationBodies, type OperationResult, type OperationType } from "@/domain/operations";
import { withDatabase, write, type OperationRecord } from "./database";
import { takeNumber } from "./device";

export interface NewOperation<T extends OperationType> {
  op_id?: string;
  user_id: string;
  type: T;
  target: string;
  body: OperationBodies[T];
  blobs?: string[];
}

/** Store what a person did. When this resolves it is on the disk; the outbox sends it when it can. */
export function record<T extends OperationType>(
  operation: NewOperation<T>,
  draftKey?: [string, string],
): Promise<string> {
  const op_id = operation.op_id ?? uuid();
  return write(["operations", "device", "drafts"], "strict", async (transaction) => {
    const store = transaction.objectStore("operations");
    if (await store.get(op_id)) return op_id; // the button was pressed twice
    const entry: OperationRecord<T> = {
      op_id,
      user_id: operation.user_id,
      n: await takeNumber(transaction),
      type: operation.type,
      target: operation.target,
      client_time: new Date().toISOString(),
      body: JSON.parse(JSON.stringify(operation.body)) as OperationBodies[T],
      blobs: [...(operation.blobs ?? [])],
      state: "queued",
      tries: 0,
      trouble: null,
      result: null,
    };
    await store.add(entry as OperationRecord);
    if (draftKey) await closeDraft(transaction.objectStore("drafts"), draftKey, op_id);
    return op_id;
  });
}

interface DraftStore {
  get(key: [string, string]): Promise<InspectionDraft | undefined>;
  put(draft: InspectionDraft): Promise<unknown>;
}

/** The draft stays until retention takes it: should the server refuse the work, what was typed is still there. */
async function closeDraft(drafts: DraftStore, key: [string, string], op_id: string): Promise<void> {
  const draft = await drafts.get(key);
  if (draft) await drafts.put({ ...draft, submitted_as: op_id });
}

export async function operationsOf(user_id: string): Promise<OperationRecord[]> {
  const all = await withDatabase((db) => db.getAllFromIndex("operations", "of_user", user_id));
  return all.sort((a, b) => a.n - b.n);
}

/** Enter the server's durable answers; whatever it did not answer stays queued. */
export function enterResults(user_id: string, epoch: string, results: OperationResult[]): Promise<void> {
  return write(["operations"], "strict", async ({ store }) => {
    for (const result of results) {
      const held = await store.get(result.op_id);
      const state = stateAfter(result.status);
      if (!held || held.user_id !== user_id || !state) continue;
      const received_at = result.received_at ?? new Date().toISOString();
      await store.put({ ...held, state, trouble: null, result: { ...result, received_at, epoch } });
    }
  });
}

export function enterTrouble(op_ids: string[], trouble: string): Promise<void> {
  return write(["operations"], "relaxed", async ({ store }) => {
    for (const op_id of op_ids) {
      const held = await store.get(op_id);
      if (held?.state === "queued") await store.put({ ...held, tries: held.tries + 1, trouble });
    }
  });
}
