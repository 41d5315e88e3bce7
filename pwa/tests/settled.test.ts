import { expect, test } from "vitest";

import { settled, type OperationResult } from "@/domain/operations";
import { record, operationsOf, enterResults } from "@/offline/operations";
import { PhoneReplica } from "@/offline/replica";
import type { StreamEvent } from "@/realtime/replica";
import { MINE, OTHER, WORKER } from "./builders";

const put_aside: OperationResult = {
  op_id: "op-1", status: "quarantined", code: "failed", detail: "KeyError", missing_blobs: [], received_at: "2026-11-23T01:00:00Z",
};
const at = "2026-11-24T01:00:00Z";
const held = { state: "refused" as const, result: put_aside };

test("a released operation is in force, with its first answer's time kept", () => {
  const after = settled(held, { op_id: "op-1", status: "applied", code: null, detail: null }, at);
  expect(after).toMatchObject({ state: "acked", settled_at: at, result: { status: "applied", code: null, received_at: put_aside.received_at } });
});

test("a dismissed one stays, with the administrator's reason", () => {
  const after = settled(held, { op_id: "op-1", status: "rejected", code: "dismissed", detail: "重复上报" }, at);
  expect(after).toMatchObject({ state: "refused", result: { code: "dismissed", detail: "重复上报" } });
});

test("what waits to be sent again is not declared done, and an unknown word changes nothing", () => {
  const waiting = { state: "queued" as const, result: put_aside };
  expect(settled(waiting, { op_id: "op-1", status: "applied", code: null, detail: null }, at)).toBe(waiting);
  expect(settled(held, { op_id: "op-1", status: "melted" as never, code: null, detail: null }, at)).toBe(held);
});

const word = (q: number, op_id: string, status: string): StreamEvent => ({
  s: MINE, q, t: "operation.settled", at, b: { operation: { op_id, status, code: null, detail: null } },
});

test("the event changes the record on this phone in the stroke that moves the cursor; work of others stays", async () => {
  const replica = new PhoneReplica(WORKER);
  for (const [op_id, user_id] of [["op-1", WORKER], ["op-hers", OTHER]] as const) {
    await record({ op_id, user_id, type: "task.accept", target: "task-1", body: { task_id: "task-1", assignment_no: 1, at } });
    await enterResults(user_id, "epoch-1", [{ ...put_aside, op_id }]);
  }
  await replica.apply([word(1, "op-1", "applied"), word(2, "op-hers", "applied"), word(3, "op-elsewhere", "applied")], { [MINE]: 3 });
  expect((await operationsOf(WORKER))[0]).toMatchObject({ state: "acked", settled_at: at });
  expect((await operationsOf(OTHER))[0]).toMatchObject({ state: "refused" });
  expect((await replica.mark()).cursors).toEqual({ [MINE]: 3 });
});
