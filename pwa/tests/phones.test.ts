import { expect, test } from "vitest";

import { skewSaying, spanSaying } from "@/console/phones/sayings";
import { isOpenTest, missingOf, verdictOf, wantedDevices, type Device, type TestSummary } from "@/domain/devices";

const device = (name: string, verdicts: Device["verdicts"], grid = "g-1"): Device => ({
  id: name, name: "Android · Chrome", person: { id: name, name, phone: "10000000101" }, verdicts,
  post: { roles: ["grid_worker"], grids: [{ uid: grid, code: "440783112001001", name: "金鸡墟社区第1网格" }] },
  last_seen_at: "2026-11-24T02:00:00Z", unsent: 0, oldest_unsent_at: null, app_version: "0.1.0", clock_skew_s: 0,
  health_at: null,
});
const DEVICES = [device("曾燕琼", ["holding", "clock"]), device("李四", ["ok"], "g-2")];

test("a device with two troubles is found under both", () => {
  for (const verdict of ["holding", "clock"]) {
    expect(wantedDevices(DEVICES, { verdict }).map(({ id }) => id)).toEqual(["曾燕琼"]);
  }
  expect(verdictOf(DEVICES[0])).toBe("holding");
});

test("found by name, number and grid, and within the chosen grids", () => {
  expect(wantedDevices(DEVICES, { search: " 李四" })).toHaveLength(1);
  expect(wantedDevices(DEVICES, { search: "金鸡墟" })).toHaveLength(2);
  expect(wantedDevices(DEVICES, { grids: new Set(["g-2"]) }).map(({ id }) => id)).toEqual(["李四"]);
});

test("a clock is spoken of once it is a minute off, with its direction", () => {
  expect([null, 0, 59, -59].map(skewSaying)).toEqual([null, null, null, null]);
  expect(skewSaying(420)).toEqual({ key: "phones.ahead.minutes", values: { n: 7 } });
  expect(skewSaying(-172_800)).toEqual({ key: "phones.behind.days", values: { n: 2 } });
});

test("a span is said in its largest unit", () => {
  expect([3, 119, 7200].map((s) => spanSaying(s).key)).toEqual([
    "phones.span.seconds", "phones.span.minutes", "phones.span.hours"]);
});

test("who has not answered is neither reached nor late; a test is open until it closes", () => {
  const counts = { people: 7, reached: 4, late: 1, confirmed: 2 };
  expect(missingOf({ counts } as TestSummary)).toBe(2);
  const closes_at = "2026-11-24T02:30:00Z";
  expect(isOpenTest({ closes_at }, new Date("2026-11-24T02:29:59Z"))).toBe(true);
  expect(isOpenTest({ closes_at }, new Date(closes_at))).toBe(false);
});
