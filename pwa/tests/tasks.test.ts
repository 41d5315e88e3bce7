import { expect, test } from "vitest";

import { bodyOf, blobsNamed, lacks, signed } from "@/domain/inspection";
import { distanceM, inside } from "@/domain/places";
import { inOrder, isOverdue, matches, reasonOf, withLocalWork, type LocalWork } from "@/domain/tasks";
import { ageSaying, deadlineSaying, momentSaying } from "@/domain/times";
import { forgetSession, lastSession, rememberSession } from "@/offline/sessions";
import type { Me } from "@/domain/views";
import { checklist, draft, OTHER, task, WORKER } from "./builders";

const NOW = new Date("2026-11-24T01:00:00Z"); // 09:00 in the town

test.each([
  ["2026-11-24T09:00:00Z", "times.before_today", { clock: "17:00" }],
  ["2026-11-25T04:00:00Z", "times.before_tomorrow", { clock: "12:00" }],
  ["2026-11-30T09:00:00Z", "times.before_day", { month: 11, day: 30, mon: "Nov", clock: "17:00" }],
  ["2026-11-24T00:59:30Z", "times.overdue_minutes", { n: 1 }],
  ["2026-11-23T22:00:00Z", "times.overdue_hours", { n: 3 }],
  ["2026-11-22T00:00:00Z", "times.overdue_days", { n: 2 }],
])("a deadline at %s is said as %s", (deadline, key, values) => {
  expect(deadlineSaying(deadline, NOW)).toEqual({ key, values });
});

test("a day begins at the town's midnight, not at Greenwich's", () => {
  expect(momentSaying("2026-11-23T15:59:00Z", NOW).key).toBe("times.at_yesterday");
  expect(momentSaying("2026-11-23T16:01:00Z", NOW)).toEqual({ key: "times.at_today", values: { clock: "00:01" } });
  expect(ageSaying("2026-11-23T22:30:00Z", NOW)).toEqual({ key: "times.age_hours", values: { n: 2 } });
});

test("overdue comes first, then the nearer deadline, then the shorter way", () => {
  const at = (id: string, deadline: string, lat = 22.2) =>
    task({ id, deadline, enterprise: { ...task().enterprise, lat } });
  const tasks = [
    at("far", "2026-11-24T09:00:00Z", 22.3), at("late", "2026-11-23T09:00:00Z"), at("near", "2026-11-24T09:00:00Z"),
    at("soon", "2026-11-24T05:00:00Z", 22.4),
  ];
  const here = { lon: 112.4, lat: 22.2 };
  expect(inOrder(tasks, NOW, here).map(({ id }) => id)).toEqual(["late", "soon", "near", "far"]);
});

test("only open work is overdue, and the reason that counts most is named", () => {
  const late = { deadline: "2026-11-23T09:00:00Z" };
  expect(isOverdue(task({ ...late, state: "completed" }), NOW)).toBe(false);
  expect(reasonOf(task({ ...late, priority: "urgent" }), NOW)).toBe("overdue");
  expect(reasonOf(task({ deadline: "2026-12-01T00:00:00Z", priority: "urgent" }), NOW)).toBe("urgent");
  expect(reasonOf(task({ ...late, state: "submitted" }), NOW)).toBeNull();
  expect(matches(task(), "充电")).toBe(true);
  expect(matches(task(), "制衣")).toBe(false);
});

const did = (type: LocalWork["type"], over: Partial<LocalWork> = {}): LocalWork => ({
  type, target: "task-1", client_time: "2026-11-24T00:30:00Z", state: "queued", body: { assignment_no: 1 }, ...over,
});

test("what was done here shows at once, before the server has it", () => {
  const after = withLocalWork(task(), [did("task.accept"), did("task.check_in")]);
  expect(after).toMatchObject({ state: "accepted", ladder: { accepted: "2026-11-24T00:30:00Z", on_site: "2026-11-24T00:30:00Z" } });
  expect(withLocalWork(task({ state: "accepted" }), [did("inspection.submit")]).state).toBe("submitted");
});

test("refused work, work for a former assignment and work on another task change nothing", () => {
  const others = [
    did("inspection.submit", { state: "refused" }), did("task.accept", { body: { assignment_no: 0 } }),
    did("task.accept", { target: "task-2" }),
  ];
  expect(withLocalWork(task(), others)).toEqual(task());
});

test("the server's later word stands: a returned task is not shown as submitted", () => {
  expect(withLocalWork(task({ state: "returned" }), [did("inspection.submit", { state: "acked" })]).state).toBe("returned");
});

const answer = (verdict: "pass" | "fail" | null, over = {}) => ({ verdict, note: "", clause_id: null, photos: [], ...over });
const PHOTO = { sha256: "f".repeat(64), taken_at: "2026-11-24T00:00:00Z", lon: null, lat: null };

test("a failed item needs a photo and a clause or a word; nothing else is asked for", () => {
  const lackOf = (a: object) => lacks(checklist(), draft({ answers: { a: answer("fail", a), b: answer("pass") } })).map((l) => l.lack);
  expect(lacks(checklist(), draft()).map(({ lack }) => lack)).toEqual(["verdict", "verdict"]);
  expect(lackOf({})).toEqual(["photo"]);
  expect(lackOf({ photos: [PHOTO] })).toEqual(["clause_or_note"]);
  expect(lackOf({ photos: [PHOTO], note: "  " })).toEqual(["clause_or_note"]);
  expect(lackOf({ photos: [PHOTO], clause_id: "a-clause" })).toEqual([]);
});

test("what is sent names every photo and signature once, and a clause only where an item failed", () => {
  const signature = { name: " 谭 ", sha256: "a".repeat(64), refused_reason: null };
  const filled = draft({
    answers: { a: answer("fail", { photos: [PHOTO, PHOTO], clause_id: "a-clause" }), b: answer("pass", { clause_id: "b-clause" }) },
    signatures: { subject: signature, inspector: { ...signature, sha256: "b".repeat(64) } },
  });
  const body = bodyOf(checklist(), filled, "2026-11-24T00:40:00Z");
  expect(body.answers.map(({ clause_id }) => clause_id)).toEqual(["a-clause", null]);
  expect(body.signatures.map(({ role, name }) => [role, name])).toEqual([["subject", "谭"], ["inspector", "谭"]]);
  expect(blobsNamed(body)).toEqual(["f".repeat(64), "a".repeat(64), "b".repeat(64)]);
  expect(() => bodyOf(checklist(), draft(), "")).toThrow(/no verdict/);
});

test("a signature is a picture with a name, or a reason why there is none", () => {
  expect(signed({ name: "谭", sha256: "a", refused_reason: null })).toBe(true);
  expect(signed({ name: " ", sha256: "a", refused_reason: null })).toBe(false);
  expect(signed({ name: "", sha256: null, refused_reason: "不在场" })).toBe(true);
  expect(signed({ name: "谭", sha256: null, refused_reason: "" })).toBe(false);
});

test("a point in the hole of a grid is outside, a metre is a metre", () => {
  const square = (a: number, b: number) => [[a, a], [b, a], [b, b], [a, b], [a, a]];
  const grid = { type: "Polygon", coordinates: [square(0, 10), square(4, 6)] };
  const at = (lon: number, lat: number) => inside({ lon, lat }, grid);
  expect([at(1, 1), at(5, 5), at(11, 5)]).toEqual([true, false, false]);
  expect(inside({ lon: 1, lat: 1 }, { type: "MultiPolygon", coordinates: [[square(20, 30)], [square(0, 10)]] })).toBe(true);
  expect(distanceM({ lon: 112, lat: 22 }, { lon: 112, lat: 22.01 })).toBeCloseTo(1112, 0);
});

test("whoever signed in before is not brought back when the next one signs out", async () => {
  const me = (id: string) => ({ user: { id } }) as Me;
  await rememberSession(me(OTHER));
  await rememberSession(me(WORKER));
  expect((await lastSession())?.user.id).toBe(WORKER);
  await forgetSession(WORKER);
  expect(await lastSession()).toBeNull();
});
