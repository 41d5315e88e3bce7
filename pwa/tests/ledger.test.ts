import { expect, test } from "vitest";

import { isLateHazard, sortedHazards, wantedHazards } from "@/console/hazards/hazards";
import type { Hazard, Overview } from "@/domain/views";
import { inDebtOrder, isLate } from "@/screen/duties";

const NOW = new Date("2026-11-24T02:00:00Z");
const hazard = (id: string, over: Partial<Hazard> = {}): Hazard => ({
  id, version: 1, number: `JJ-${id}`, state: "judged", level: "general", description: "楼道充电", item: "charging", sector: "07",
  source: "inspection", clause: null, enterprise: { id: "e", name: "金鸡镇泰盛日用品商店", lon: 112, lat: 22 },
  grid: { uid: "g-1", code: "440783112001001", name: "金鸡墟社区第1网格" }, department: null, found_at: "2026-11-20T02:00:00Z",
  recorded_at: "2026-11-20T02:00:00Z", found_by: { id: "w", name: "曾燕琼" }, due: "2026-11-30T02:00:00Z", task_id: null,
  inspection_id: null, photos: [], closed_at: null, demo: false, cause: null, part: "", position: null,
  proposed_level: null, proposed_clause: null,
  fixed_on_spot: false, merged_into: null, document: null, rectification: null, report: null,
  recheck: null, petitions: [], department_report: null, ...over,
});

test("major first, then past its date, then not judged yet", () => {
  const rows = [
    hazard("general"), hazard("undecided", { level: null, due: null }), hazard("late", { due: "2026-11-23T02:00:00Z" }),
    hazard("major", { level: "major" }), hazard("major-late", { level: "major", due: "2026-11-23T02:00:00Z" }),
  ];
  expect(sortedHazards(rows, "urgency", NOW).map(({ id }) => id)).toEqual(["major-late", "major", "late", "undecided", "general"]);
});

test("sorted by date, what has none stands last", () => {
  const rows = [hazard("none", { due: null }), hazard("later"), hazard("soon", { due: "2026-11-25T02:00:00Z" })];
  expect(sortedHazards(rows, "due", NOW).map(({ id }) => id)).toEqual(["soon", "later", "none"]);
});

test("a closed hazard is neither late nor in the list", () => {
  const closed = hazard("closed", { state: "closed", due: "2026-11-01T02:00:00Z" });
  expect(isLateHazard(closed, NOW)).toBe(false);
  expect(wantedHazards([closed, hazard("open")], {}).map(({ id }) => id)).toEqual(["open"]);
});

test("what nobody has judged is found as undecided", () => {
  const rows = [hazard("a", { level: null, state: "reported" }), hazard("b")];
  expect(wantedHazards(rows, { level: "undecided" }).map(({ id }) => id)).toEqual(["a"]);
  expect(wantedHazards(rows, { state: "judged", search: "jj-b" }).map(({ id }) => id)).toEqual(["b"]);
});

test("who owes most stands first in the duty matrix", () => {
  const duty = (short: string, over: Partial<Overview["departments"][number]>) => ({
    id: short, name: short, short, tasks_open: 0, tasks_overdue: 0, hazards_open: 0, hazards_overdue: 0, done_30d: 0,
    ...over,
  });
  const rows = [duty("idle", {}), duty("done", { done_30d: 9 }), duty("busy", { tasks_open: 30 }), duty("late", { hazards_overdue: 1 })];
  expect(inDebtOrder(rows).map(({ short }) => short)).toEqual(["late", "busy", "done", "idle"]);
  expect([isLate("tasks_overdue", 1), isLate("tasks_overdue", 0), isLate("tasks_open", 5)]).toEqual([true, false, false]);
});
