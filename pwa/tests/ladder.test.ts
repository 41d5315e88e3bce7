import { describe, expect, test } from "vitest";

import { dispatchRows, reached, rungOf, RUNGS, standingOf, stuckFirst, wanted } from "@/console/watch/ladder";
import type { Dispatch, LadderStep, Task } from "@/domain/views";
import { task } from "./builders";

const NOW = new Date("2026-11-24T02:00:00Z");
const minutesAgo = (n: number) => new Date(NOW.getTime() - n * 60_000).toISOString();

/** A task that stands on `rung` since so many minutes. */
function at(rung: LadderStep, minutes: number, over: Partial<Task> = {}): Task {
  const passed = RUNGS.slice(0, RUNGS.indexOf(rung) + 1);
  const ladder = Object.fromEntries(RUNGS.map((one) => [one, passed.includes(one) ? minutesAgo(minutes) : null]));
  return task({ id: `${rung}-${minutes}`, deadline: "2026-11-24T09:00:00Z", ...over, ladder: ladder as Task["ladder"] });
}

describe("standing", () => {
  test.each([
    ["stored", 4, "moving"], ["stored", 6, "stuck"],
    ["on_phone", 119, "moving"], ["on_phone", 121, "stuck"],
    ["opened", 121, "stuck"],
    ["accepted", 600, "moving"],
    ["on_site", 181, "stuck"],
  ] as [LadderStep, number, string][])("%s for %i minutes is %s", (rung, minutes, standing) => {
    expect(standingOf(at(rung, minutes), NOW)).toBe(standing);
  });

  test("past its deadline it is overdue, whatever the rung", () => {
    expect(standingOf(at("accepted", 5, { deadline: minutesAgo(1) }), NOW)).toBe("overdue");
  });

  test("what is completed or withdrawn is done, however late", () => {
    for (const state of ["completed", "submitted", "withdrawn"] as const) {
      expect(standingOf(at("stored", 600, { state, deadline: minutesAgo(60) }), NOW)).toBe("done");
    }
  });
});

test("the highest rung counts even when one below was never reported", () => {
  const skipped = at("stored", 9);
  skipped.ladder.on_site = minutesAgo(1);
  expect(rungOf(skipped)).toBe("on_site");
});

test("overdue, stuck, moving, done; the lowest rung and the longest wait first", () => {
  const done = at("submitted", 3, { state: "completed" });
  const doneEarlier = at("submitted", 30, { state: "completed" });
  const moving = at("accepted", 10);
  const unopened = at("on_phone", 200);
  const unsent = at("stored", 10);
  const unsentLonger = at("stored", 20);
  const overdue = at("accepted", 300, { deadline: minutesAgo(30) });
  const order = stuckFirst([done, doneEarlier, moving, unopened, unsent, unsentLonger, overdue], NOW);
  expect(order.map(({ id }) => id)).toEqual(
    [overdue, unsentLonger, unsent, unopened, moving, done, doneEarlier].map(({ id }) => id));
});

test("reached counts everybody who came at least so far", () => {
  const counts = reached([at("stored", 1), at("opened", 1), at("submitted", 1)]);
  expect(counts).toEqual({ stored: 3, on_phone: 2, opened: 2, accepted: 1, on_site: 1, submitted: 1 });
});

test("a filter keeps what matches all of it", () => {
  const tasks = [at("stored", 1, { dispatch_id: "a" }), at("stored", 10, { dispatch_id: "b" })];
  expect(wanted(tasks, { dispatch: "a" }, NOW)).toEqual([tasks[0]]);
  expect(wanted(tasks, { standing: "stuck" }, NOW)).toEqual([tasks[1]]);
  expect(wanted(tasks, { search: "充电棚" }, NOW)).toHaveLength(2);
  expect(wanted(tasks, { search: "没有这家" }, NOW)).toEqual([]);
  expect(wanted(tasks, { grids: new Set(["elsewhere"]) }, NOW)).toEqual([]);
  expect(wanted(tasks, { grids: new Set() }, NOW)).toHaveLength(2);
});

test("what the live copy has let go of was finished", () => {
  const dispatch = { id: "d", task_count: 24, submitted_count: 20 } as Dispatch;
  const open = Array.from({ length: 4 }, (_, i) => at("opened", 10, { id: `open-${i}`, dispatch_id: "d" }));
  const fresh = Array.from({ length: 5 }, (_, i) => at("submitted", 5, { id: `done-${i}`, dispatch_id: "d", state: "completed" }));
  const [row] = dispatchRows([dispatch], [...open, ...fresh], NOW);
  expect(row.counts).toEqual({ stored: 24, on_phone: 24, opened: 24, accepted: 20, on_site: 20, submitted: 20 });
});

test("a result that comes in after the dispatch was read counts at once, and once", () => {
  const dispatch = { id: "d", task_count: 2, submitted_count: 0 } as Dispatch;
  const tasks = [at("stored", 10, { dispatch_id: "d" }), at("submitted", 1, { dispatch_id: "d", state: "completed" })];
  const [row] = dispatchRows([dispatch], tasks, NOW);
  expect(row).toMatchObject({ total: 2, waiting: 1, counts: { stored: 2, on_phone: 1, submitted: 1 } });
});

test("just sent, its tasks still on the way: nothing has been reached yet", () => {
  const [row] = dispatchRows([{ id: "new", task_count: 12, submitted_count: 0 } as Dispatch], [], NOW);
  expect(row).toMatchObject({ total: 12, counts: { stored: 0, submitted: 0 } });
});
