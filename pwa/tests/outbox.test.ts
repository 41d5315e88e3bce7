import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { record, operationsOf } from "@/offline/operations";
import { Outbox } from "@/offline/outbox";
import { PhoneReplica } from "@/offline/replica";
import { draft, OTHER, sent, WORKER, MINE } from "./builders";
import { saveDraft, readDraft } from "@/offline/drafts";
import { tidy } from "@/offline/retention";
import { RoadServer } from "./server";

let server: RoadServer;
let replica: PhoneReplica;
let outbox: Outbox;

beforeEach(async () => {
  server = new RoadServer();
  replica = new PhoneReplica(WORKER);
  await replica.restart("epoch-1");
  outbox = new Outbox(WORKER, replica);
});
afterEach(() => {
  outbox.stop();
  vi.unstubAllGlobals();
});

const accept = (op_id: string, user_id = WORKER) =>
  record({ op_id, user_id, type: "task.accept", target: "task-1", body: { task_id: "task-1", assignment_no: 1, at: "2026-11-23T01:00:00Z" } });
const states = async (user_id = WORKER) => (await operationsOf(user_id)).map(({ op_id, state }) => `${op_id} ${state}`);

test("what is done is sent in order and acknowledged by its id", async () => {
  await accept("op-1");
  await accept("op-2");
  expect(await states()).toEqual(["op-1 queued", "op-2 queued"]);
  await outbox.flush();
  expect(server.received).toEqual([["op-1", "op-2"]]);
  expect(await states()).toEqual(["op-1 acked", "op-2 acked"]);
});

test("pressing the button twice records one operation", async () => {
  await accept("op-1");
  await accept("op-1");
  expect(await states()).toEqual(["op-1 queued"]);
});

test("a lost answer: the same id goes out again, the server replays, nothing is done twice", async () => {
  server.road = ["lost_answer"];
  await accept("op-1");
  await outbox.flush();
  expect(server.ops.size).toBe(1);
  expect(await states()).toEqual(["op-1 queued"]);
  await outbox.flush();
  expect(server.received).toEqual([["op-1"], ["op-1"]]);
  expect((await operationsOf(WORKER))[0].result?.status).toBe("replay");
  expect(await states()).toEqual(["op-1 acked"]);
});

test.each(["captive_portal", "no_network", "disk_full", "foreign_answer"] as const)(
  "%s: everything is kept, the reason is known, and it goes out later",
  async (fault) => {
    server.road = [fault];
    await accept("op-1");
    await outbox.flush();
    const [held] = await operationsOf(WORKER);
    expect(held).toMatchObject({ state: "queued", tries: 1, result: null });
    expect(held.trouble).toBeTruthy();
    await outbox.flush();
    expect(await states()).toEqual(["op-1 acked"]);
  },
);

test("refused work stays, with the server's reason, and never blocks what follows", async () => {
  server.verdicts = { "op-1": { status: "conflict", code: "reassigned" }, "op-2": { status: "quarantined", code: "body" } };
  for (const op of ["op-1", "op-2", "op-3"]) await accept(op);
  await outbox.flush();
  expect(await states()).toEqual(["op-1 refused", "op-2 refused", "op-3 acked"]);
  expect((await operationsOf(WORKER))[0].result).toMatchObject({ status: "conflict", code: "reassigned" });
});

test("retry is not an answer", async () => {
  server.verdicts = { "op-1": { status: "retry", code: "busy" } };
  await accept("op-1");
  await outbox.flush();
  expect(await states()).toEqual(["op-1 queued"]);
});

test("an operation the server cannot read does not keep the others back", async () => {
  for (const op of ["op-1", "unreadable", "op-2", "op-3"]) await accept(op);
  await outbox.flush();
  expect(await states()).toEqual(["op-1 acked", "unreadable queued", "op-2 acked", "op-3 acked"]);
});

test("more than fifty go in batches", async () => {
  for (let i = 0; i < 60; i++) await accept(`op-${String(i).padStart(2, "0")}`);
  await outbox.flush();
  expect(server.received.map((batch) => batch.length)).toEqual([50, 10]);
  expect(server.ops.size).toBe(60);
});

test("a restored server gets the sent journal again, under the same ids", async () => {
  await accept("op-1");
  await outbox.flush();
  server.epoch = "epoch-2";
  server.ops.clear();
  await accept("op-2");
  await outbox.flush();
  expect([...server.ops.keys()].sort()).toEqual(["op-1", "op-2"]);
  expect(await states()).toEqual(["op-1 acked", "op-2 acked"]);
  expect((await operationsOf(WORKER)).map(({ result }) => result?.epoch)).toEqual(["epoch-2", "epoch-2"]);
});

test("an epoch met twice queues the journal once", async () => {
  await accept("op-1");
  await replica.restart("epoch-2");
  server.epoch = "epoch-2";
  await outbox.flush();
  await replica.restart("epoch-2");
  expect(await states()).toEqual(["op-1 acked"]);
});

test("another person's unsent work is neither sent nor shown nor tidied away", async () => {
  await accept("op-hers", OTHER);
  await accept("op-mine");
  await outbox.flush();
  expect(server.received).toEqual([["op-mine"]]);
  expect(await states()).toEqual(["op-mine acked"]);
  await tidy(WORKER, Date.now() + 400 * 86_400_000);
  expect(await states(OTHER)).toEqual(["op-hers queued"]);
});

test("after 30 days only what the server acknowledged is tidied away", async () => {
  server.verdicts = { "op-2": { status: "rejected", code: "body" } };
  await accept("op-1");
  await accept("op-2");
  await outbox.flush();
  await accept("op-3");
  await tidy(WORKER, Date.now() + 29 * 86_400_000);
  expect(await states()).toHaveLength(3);
  await tidy(WORKER, Date.now() + 31 * 86_400_000);
  expect(await states()).toEqual(["op-2 refused", "op-3 queued"]);
});

test("a task with unsent work or an open draft stays when the server takes it away", async () => {
  await replica.apply([sent(1), sent(2, { id: "task-2" }), sent(3, { id: "task-3" })], { [MINE]: 3 });
  await accept("op-1");
  await saveDraft(draft({ task_id: "task-2" }));
  await replica.drop(MINE);
  expect((await replica.rows("task")).map(({ id, streams }) => [id, streams])).toEqual([["task-1", []], ["task-2", []]]);
});

test("submitting closes the draft in the same stroke, and a closed draft is not written over", async () => {
  await saveDraft(draft());
  await record({ op_id: "op-draft", user_id: WORKER, type: "task.accept", target: "task-1", body: { task_id: "task-1", assignment_no: 1, at: "" } }, [WORKER, "task-1"]);
  await saveDraft(draft({ no_fix_reason: "too late" }));
  expect(await readDraft(WORKER, "task-1")).toMatchObject({ submitted_as: "op-draft", no_fix_reason: "定位失败" });
});
