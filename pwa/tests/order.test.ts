import { describe, expect, test } from "vitest";

import {
  choiceOf, choicesAt, clockChoices, dayChoices, deadlineOf, missingIn, moment, partsOf, type Order,
} from "@/console/hand-out/order";

const MORNING = new Date("2026-11-23T00:30:00Z"); // 08:30 in the town
const EVENING = new Date("2026-11-23T10:00:00Z"); // 18:00 in the town
const order = (over: Partial<Order> = {}): Order => ({
  id: "o", title: "小场所检查", checklist_id: "c", deadline: "2026-11-24T17:00:00+08:00", per_grid: 3, priority: "normal", note: "",
  ...over,
});

describe("deadlines", () => {
  test("are 17:00 of the town's calendar day, also when it is another day in London", () => {
    expect(deadlineOf("today", MORNING)).toBe("2026-11-23T17:00:00+08:00");
    expect(deadlineOf("tomorrow", new Date("2026-11-23T16:30:00Z"))).toBe("2026-11-25T17:00:00+08:00");
    expect(deadlineOf("week", MORNING)).toBe("2026-11-30T17:00:00+08:00");
  });

  test("today is no choice in the evening", () => {
    expect(choicesAt(MORNING)).toContain("today");
    expect(choicesAt(EVENING)).not.toContain("today");
  });

  test("a chosen time is recognised however it is written", () => {
    expect(choiceOf("2026-11-24T09:00:00.000Z", MORNING)).toBe("tomorrow");
    expect(choiceOf("2026-11-24T10:00:00.000Z", MORNING)).toBeNull();
  });
});

describe("a day and a time of day", () => {
  test("are the town's, and come back as the same moment", () => {
    expect(partsOf("2026-11-24T16:30:00Z")).toEqual({ day: "2026-11-25", clock: "00:30" });
    expect(Date.parse(moment("2026-11-25", "00:30"))).toBe(Date.parse("2026-11-24T16:30:00Z"));
  });

  test("begin with the present and never lie behind it", () => {
    expect(dayChoices(EVENING)[0]).toBe("2026-11-23");
    expect(clockChoices(EVENING, "2026-11-23")[0]).toBe("18:30");
    expect(clockChoices(EVENING, "2026-11-24")).toHaveLength(48);
  });
});

describe("what stands in the way", () => {
  test.each([
    [order(), 0, "grids"],
    [order({ checklist_id: "" }), 1, "checklist"],
    [order({ title: "  " }), 1, "title"],
    [order({ deadline: "2026-11-22T17:00:00+08:00" }), 1, "past"],
    [order({ per_grid: 0 }), 1, "per_grid"],
    [order({ per_grid: 11 }), 1, "per_grid"],
    [order({ per_grid: 2.5 }), 1, "per_grid"],
    [order(), 1, null],
  ])("%o with %i grids: %s", (one, grids, missing) => expect(missingIn(one, grids, MORNING)).toBe(missing));
});
