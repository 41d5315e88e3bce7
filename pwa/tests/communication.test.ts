import { beforeEach, expect, test } from "vitest";

import { toConfirm, unanswered, type CommunicationTest } from "@/domain/communication";
import { operationsOf } from "@/offline/operations";
import { PhoneReplica } from "@/offline/replica";
import { answerTests } from "@/phone/state/communication";
import type { StreamEvent } from "@/realtime/replica";
import { MINE, WORKER } from "./builders";

const NOW = new Date("2026-11-24T01:00:00Z");
const asked = (over: Partial<CommunicationTest> = {}): CommunicationTest => ({
  id: "test-1", version: 1, channel: "app", message: "台风前通信检查", started_at: "2026-11-24T00:50:00Z",
  closes_at: "2026-11-24T01:20:00Z", heard_at: null, confirmed_at: null, ...over,
});
const did = (type: "communication_test.answer" | "communication_test.confirm", target = "test-1") =>
  ({ type, target, state: "queued" as const });

test("a test is answered once by the phone, one that has closed too", () => {
  expect(unanswered([asked(), asked({ id: "test-2", closes_at: "2026-11-23T00:00:00Z" })], [did("communication_test.answer")]))
    .toMatchObject([{ id: "test-2" }]);
  expect(unanswered([asked({ heard_at: "2026-11-24T00:51:00Z" })], [])).toEqual([]); // another phone was faster
});

test("a person is asked until they tap or the test closes, about the newest first", () => {
  const newer = asked({ id: "test-2", started_at: "2026-11-24T00:55:00Z" });
  expect(toConfirm([asked(), newer], [], NOW)?.id).toBe("test-2");
  expect(toConfirm([asked(), newer], [did("communication_test.confirm", "test-2")], NOW)?.id).toBe("test-1");
  expect(toConfirm([asked()], [did("communication_test.answer")], NOW)?.id).toBe("test-1");
  expect(toConfirm([asked({ closes_at: "2026-11-24T00:59:00Z" })], [], NOW)).toBeNull();
  expect(toConfirm([asked({ confirmed_at: "2026-11-24T00:51:00Z" })], [], NOW)).toBeNull();
});

let replica: PhoneReplica;
beforeEach(() => {
  replica = new PhoneReplica(WORKER);
});
const sent: StreamEvent = { s: MINE, q: 1, t: "communication_test.sent", at: "", b: { communication_test: { ...asked() } } };

test("what came by the socket is answered as live, once, however often the rows are looked at", async () => {
  expect(await answerTests(WORKER, replica, "live")).toBe(false);
  await replica.apply([sent], { [MINE]: 1 });
  expect(await answerTests(WORKER, replica, "live")).toBe(true);
  await replica.apply([{ ...sent, q: 2, t: "communication_test.changed" }], { [MINE]: 2 });
  expect(await answerTests(WORKER, replica, "pull")).toBe(false);
  const [answer, ...others] = await operationsOf(WORKER);
  expect(others).toEqual([]);
  expect(answer).toMatchObject({ type: "communication_test.answer", target: "test-1", body: { test_id: "test-1", way: "live" } });
});

test("what came by snapshot is answered as pulled; two tabs answer once", async () => {
  await replica.replace(MINE, [{ k: "communication_test", v: { ...asked() } }], 1);
  await Promise.all([answerTests(WORKER, replica, "pull"), answerTests(WORKER, replica, "pull")]);
  expect((await operationsOf(WORKER)).map(({ body }) => (body as { way: string }).way)).toEqual(["pull"]);
});
