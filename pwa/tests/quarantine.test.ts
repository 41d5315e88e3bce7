import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, test, vi } from "vitest";

import { useQuarantine } from "@/console/phones/quarantine";
import { canSettle, legible, standingOf } from "@/domain/quarantine";

test("only what waits for a person can be settled, and that is what the list begins with", () => {
  expect(["quarantined", "rejected", "conflict", "applied"].map((status) => canSettle({ status }))).toEqual([true, false, false, false]);
  expect(["", "conflict", "melted"].map(standingOf)).toEqual(["quarantined", "conflict", "quarantined"]);
});

test("what arrived is indented only if that alters no letter of it", () => {
  expect(legible('{"a":1,"b":["茶"]}')).toBe('{\n  "a": 1,\n  "b": [\n    "茶"\n  ]\n}');
  for (const strange of ['{"a":1,"a":2}', '{"n":1e999}', '{"n":1.0}', '{"n":12345678901234567890}', "{nonsense", '{"a": 1}']) {
    expect(legible(strange)).toBe(strange);
  }
});

const row = (id: string, status = "quarantined") => ({ id, op_id: id, status });
const answers = new Map<string, () => Promise<unknown>>();
const asked: string[] = [];
beforeEach(() => {
  setActivePinia(createPinia());
  answers.clear();
  asked.length = 0;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push(`${init.method} ${url}`);
    const key = [...answers.keys()].find((one) => url.includes(one));
    const body = await answers.get(key!)!();
    const failed = body instanceof Response;
    return failed ? body : new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
  });
});
const page = (...results: object[]) => async () => ({ results, next: null });

test("an answer that comes after somebody turned to other rows is not shown among them", async () => {
  let slow!: (page: unknown) => void;
  answers.set("status=quarantined", () => new Promise((done) => (slow = done)));
  answers.set("status=rejected", page(row("b", "rejected")));
  const quarantine = useQuarantine();
  const first = quarantine.show("quarantined");
  await quarantine.show("rejected");
  slow({ results: [row("a")], next: null });
  await first;
  expect(quarantine.list?.map(({ id }) => id)).toEqual(["b"]);
});

test("after an act the list is read again, also when somebody else was faster", async () => {
  answers.set("/dismiss", async () => new Response(
    JSON.stringify({ code: "already_settled", status: 409 }), { status: 409, headers: { "Content-Type": "application/problem+json" } },
  ));
  answers.set("status=quarantined", page(row("a")));
  const quarantine = useQuarantine();
  await quarantine.show("quarantined");
  answers.set("status=quarantined", page());
  await expect(quarantine.dismiss("a", "重复")).rejects.toMatchObject({ code: "already_settled" });
  await vi.waitFor(() => expect(quarantine.list).toEqual([]));
});

test("what was read before stays when the server cannot be reached", async () => {
  answers.set("status=quarantined", page(row("a")));
  const quarantine = useQuarantine();
  await quarantine.show("quarantined");
  answers.set("status=quarantined", () => Promise.reject(new TypeError("Failed to fetch")));
  await quarantine.load();
  expect(quarantine.list).toHaveLength(1);
  expect(quarantine.failure).toBeTruthy();
});
