import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { farewell } from "@/domain/tasks";
import { keepBlob } from "@/offline/blobs";
import { giveUpDraft, saveDraft } from "@/offline/drafts";
import { record, operationsOf } from "@/offline/operations";
import { Outbox } from "@/offline/outbox";
import { PhoneReplica } from "@/offline/replica";
import { changed, draft, left, MINE, sent, task, WORKER } from "./builders";
import { RoadServer } from "./server";

let server: RoadServer;
let replica: PhoneReplica;
let outbox: Outbox;
beforeEach(async () => {
  server = new RoadServer();
  replica = new PhoneReplica(WORKER);
  await replica.restart("epoch-1");
  outbox = new Outbox(WORKER, replica);
  await replica.apply([sent(1)], { [MINE]: 1 });
});
afterEach(() => {
  outbox.stop();
  vi.unstubAllGlobals();
});

const submit = (blobs: string[] = []) =>
  record({
    op_id: "op-1", user_id: WORKER, type: "inspection.submit", target: "task-1", blobs,
    body: { inspection_id: "i-1", task_id: "task-1", assignment_no: 1 } as never,
  });
const handOver = () => replica.apply([left(2, "task-1", 2)], { [MINE]: 2 });
const tasks = async () => (await replica.rows("task")).map(({ id, streams }) => [id, streams.length]);

test("a task handed over leaves the phone only when the server has the result, and is then named in the journal", async () => {
  await submit();
  await handOver();
  expect(await replica.sweep()).toEqual([]);
  expect(await tasks()).toEqual([["task-1", 0]]);
  await outbox.flush();
  expect((await replica.sweep()).map(({ id }) => id)).toEqual(["task-1"]);
  expect(await tasks()).toEqual([]);
  expect((await operationsOf(WORKER))[0]).toMatchObject({ state: "acked", handed_over: "石迳村电动车充电棚" });
});

test("also when the answer was faster than the word that it was handed over", async () => {
  await submit();
  await outbox.flush();
  await handOver();
  expect(await replica.sweep()).toHaveLength(1);
  expect((await operationsOf(WORKER))[0].handed_over).toBe("石迳村电动车充电棚");
});

test("photos that are still on their way keep it here", async () => {
  const { sha256 } = await keepBlob(WORKER, new Uint8Array([1, 2, 3]).buffer, "image/jpeg");
  await submit([sha256]);
  server.breakAfterPatches = 0;
  await outbox.flush();
  await handOver();
  expect(await replica.sweep()).toEqual([]);
  server.breakAfterPatches = Infinity;
  await outbox.flush();
  expect(await replica.sweep()).toHaveLength(1);
});

test("an open draft keeps the task and its checklist until it is submitted or given up", async () => {
  const lists = [{ k: "checklist" as const, v: { id: "list-1", version: 1 } }];
  await replica.replace("a:440783112", lists, 1);
  await saveDraft(draft());
  await handOver();
  await replica.drop("a:440783112");
  expect(await replica.sweep()).toEqual([]);
  await giveUpDraft(WORKER, "task-1");
  expect((await replica.sweep()).map(({ k }) => k).sort()).toEqual(["checklist", "task"]);
});

test("a task that comes back before it left stays", async () => {
  await submit();
  await handOver();
  await replica.apply([changed(3, { version: 3, assignment_no: 3 })], { [MINE]: 3 });
  await outbox.flush();
  expect(await replica.sweep()).toEqual([]);
  expect(await tasks()).toEqual([["task-1", 1]]);
});

test("a finished task that grew old goes without a word", async () => {
  await submit();
  await outbox.flush();
  await replica.apply([changed(2, { version: 2, state: "completed" })], { [MINE]: 2 });
  await replica.replace(MINE, [], 3);
  expect(await replica.sweep()).toHaveLength(1);
  expect((await operationsOf(WORKER))[0].handed_over).toBeUndefined();
});

test("what is said: that the result is kept, or that the task went, or nothing", () => {
  const result = { type: "inspection.submit" as const, target: "task-1", state: "acked" as const };
  expect(farewell(task(), [result])).toBe("result_kept");
  expect(farewell(task(), [{ ...result, state: "refused" }])).toBe("left");
  expect(farewell(task({ state: "completed" }), [result])).toBeNull();
});
