import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { toConfirm, type CommunicationTest } from "@/domain/communication";
import type { InspectionDraft } from "@/domain/inspection";
import { isOpen, withLocalWork } from "@/domain/tasks";
import type { Checklist, GridFeature, Inspection, Task } from "@/domain/views";
import { blobsOf } from "@/offline/blobs";
import type { BlobRecord, OperationRecord } from "@/offline/database";
import { draftsOf } from "@/offline/drafts";
import { operationsOf } from "@/offline/operations";
import { PhoneReplica } from "@/offline/replica";
import { now } from "./clock";
import { useSession } from "./session";
import { noteHeld, storageTrouble } from "./storage";

export interface MyTask extends Task {
  /** It went to somebody else while work on it was still here. */
  left: boolean;
}

/** One thing that waits: a task, the operations on it and the photos they name. */
export interface Unsent {
  target: string;
  task: Task | null;
  operations: OperationRecord[];
  photos: number;
  since: string;
  trouble: string | null;
}

/** What the screens read: this person's tasks and work, from IndexedDB alone. */
export const useWork = defineStore("work", () => {
  const loaded = ref(false);
  const rows = shallowRef<MyTask[]>([]);
  const checklists = shallowRef(new Map<string, Checklist>());
  const grids = shallowRef(new Map<string, GridFeature>());
  const tests = shallowRef<CommunicationTest[]>([]);
  const late = shallowRef(new Map<string, Inspection>());
  const operations = shallowRef<OperationRecord[]>([]);
  const blobs = shallowRef<BlobRecord[]>([]);
  const drafts = shallowRef(new Map<string, InspectionDraft>());

  async function loadRows(user_id: string): Promise<void> {
    const replica = new PhoneReplica(user_id);
    const [tasks, lists, areas, asked, results] = await Promise.all([
      replica.rows<Task>("task"), replica.rows<Checklist>("checklist"), replica.rows<GridFeature>("grid"),
      replica.rows<CommunicationTest>("communication_test"), replica.rows<Inspection>("inspection"),
    ]);
    rows.value = tasks
      .filter(({ v, streams }) => v.assignee.id === user_id || !streams.length)
      .map(({ v, streams }) => ({ ...v, left: !streams.length }));
    checklists.value = new Map(lists.map(({ id, v }) => [id, v]));
    grids.value = new Map(areas.map(({ id, v }) => [id, v]));
    tests.value = asked.map(({ v }) => v);
    late.value = new Map(results.filter(({ v }) => v.late).map(({ v }) => [v.task_id, v]));
    loaded.value = true;
  }

  async function loadOwn(user_id: string): Promise<void> {
    const [own, photos, forms] = await Promise.all([operationsOf(user_id), blobsOf(user_id), draftsOf(user_id)]);
    operations.value = own;
    blobs.value = photos;
    drafts.value = new Map(forms.map((form) => [form.task_id, form]));
    if (useSession().me?.user.id === user_id) noteHeld(user_id, unsent.value.length, own.length);
  }

  const load = (user_id: string) => Promise.all([loadOwn(user_id), loadRows(user_id)]);

  function clear(): void {
    loaded.value = false;
    rows.value = [];
    tests.value = [];
    operations.value = [];
    blobs.value = [];
    drafts.value = new Map();
  }

  const tasks = computed<MyTask[]>(() =>
    rows.value.map((row) => ({ ...withLocalWork(row, operations.value), left: row.left })),
  );
  const open = computed(() => tasks.value.filter((task) => isOpen(task) && !task.left));
  const done = computed(() => tasks.value.filter((task) => !isOpen(task) || task.left));
  const task = (id: string) => tasks.value.find((one) => one.id === id) ?? null;

  const waiting = computed(() => new Map(blobs.value.filter((b) => b.state === "queued").map((b) => [b.sha256, b])));
  const waitingPhotosOf = ({ blobs: named }: OperationRecord) => named.filter((sha) => waiting.value.has(sha)).length;

  const unsent = computed<Unsent[]>(() => {
    const byTarget = new Map<string, Unsent>();
    for (const operation of operations.value) {
      const photos = waitingPhotosOf(operation);
      if (operation.state !== "queued" && !photos) continue;
      const { target, client_time: since, trouble } = operation;
      const held = byTarget.get(target) ?? { target, task: task(target), operations: [], photos: 0, since, trouble };
      const blobTrouble = operation.blobs.map((sha) => waiting.value.get(sha)?.trouble).find(Boolean) ?? null;
      byTarget.set(target, {
        ...held,
        operations: [...held.operations, operation],
        photos: held.photos + photos,
        trouble: held.trouble ?? blobTrouble,
      });
    }
    return [...byTarget.values()];
  });
  const oldest = computed(() => unsent.value.map(({ since }) => since).sort()[0] ?? null);
  const waitingPhotos = computed(() => unsent.value.reduce((sum, { photos }) => sum + photos, 0));
  const problems = computed(() => operations.value.filter(({ state }) => state === "refused"));
  /** Put aside by the server at first, and taken in after all. */
  const released = computed(() => operations.value.filter((o) => o.settled_at && o.state === "acked"));
  /** Results on tasks that have gone to somebody else and left this phone. */
  const handedOver = computed(() =>
    operations.value.filter((o) => o.handed_over && o.type === "inspection.submit" && o.state === "acked"),
  );
  const test = computed(() => toConfirm(tests.value, operations.value, now.value));
  const lastAnswer = computed(
    () => operations.value.flatMap(({ result }) => (result ? [result.received_at] : [])).sort().at(-1) ?? null,
  );

  /** May this phone say that all arrived? There were answers, and nothing is known to have been cleared. */
  const mayClaim = computed(() => lastAnswer.value !== null && storageTrouble.value !== "lost");

  return {
    loaded, mayClaim, checklists, grids, late, test, released, handedOver, operations, drafts, tasks, open, done, task,
    unsent, oldest, waitingPhotos, waitingPhotosOf, problems, lastAnswer, loadRows, loadOwn, load, clear,
  };
});
