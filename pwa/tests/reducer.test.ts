import { expect, test } from "vitest";

import { MemoryReplica } from "@/realtime/memory";
import { PhoneReplica } from "@/offline/replica";
import type { Row, StreamEvent } from "@/realtime/replica";
import { changed, left, MINE, seeded, sent, task, WORKER } from "./builders";

const rowsOf = (rows: Iterable<Row>) =>
  [...rows].map(({ id, version, streams }) => ({ id, version, streams })).sort((a, b) => a.id.localeCompare(b.id));

async function inMemory(events: StreamEvent[]) {
  const replica = new MemoryReplica();
  for (const event of events) await replica.apply([event], { [event.s]: event.q });
  return rowsOf(replica.rows.task.values());
}

test("a task that is sent, changed and taken away is gone", async () => {
  expect(await inMemory([sent(1), changed(2, { version: 2 })])).toMatchObject([{ id: "task-1", version: 2 }]);
  expect(await inMemory([sent(1), changed(2, { version: 2 }), left(3, "task-1", 3)])).toEqual([]);
});

test("an older version never overwrites a newer one", async () => {
  expect(await inMemory([changed(2, { version: 5 }), sent(3, { version: 1 })])).toMatchObject([{ version: 5 }]);
  expect(await inMemory([changed(2, { version: 5 }), left(3, "task-1", 4)])).toMatchObject([{ version: 5 }]);
});

test("an event of an unknown type brings the rows it carries, an unknown kind of row and an erased body nothing", async () => {
  const completed = { ...changed(2, { version: 2 }), t: "task.completed" };
  expect(await inMemory([sent(1), completed])).toMatchObject([{ version: 2 }]);
  const drill: StreamEvent = { s: MINE, q: 2, t: "drill.planned", at: "", b: { drill: { id: "x" } } };
  const erased: StreamEvent = { s: MINE, q: 3, t: "task.changed", at: "", b: null };
  expect(await inMemory([sent(1), drill, erased])).toMatchObject([{ version: 1 }]);
});

test("a row seen through two streams stays until both have let it go", async () => {
  const replica = new MemoryReplica();
  await replica.apply([sent(1), { ...sent(4), s: "o:440783107" }], { [MINE]: 1, "o:440783107": 4 });
  await replica.drop(MINE);
  expect(replica.rows.task.size).toBe(1);
  await replica.drop("o:440783107");
  expect(replica.rows.task.size).toBe(0);
});

test("old rows and events give what a fresh snapshot gives, in memory and on the phone, over 200 histories", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { events, truth } = history(seeded(seed));
    const cut = Math.floor(events.length / 3);
    const early = new MemoryReplica();
    await early.replace(MINE, snapshot(events.slice(0, cut)), cut);
    // some of what the snapshot covered arrives again, as after a lost acknowledgement
    await early.apply(events.slice(Math.max(0, cut - 3)), { [MINE]: events.length });
    expect(rowsOf(early.rows.task.values()), `seed ${seed}`).toEqual(truth);
    if (seed % 20 === 0) {
      const phone = new PhoneReplica(`${WORKER}-${seed}`);
      await phone.apply(events, { [MINE]: events.length });
      expect(rowsOf(await phone.rows("task"))).toEqual(truth);
    }
  }
});

/** A random history of three tasks, and the rows that must be left at its end. */
function history(random: () => number) {
  const versions = new Map<string, number>();
  const held = new Set<string>();
  const events: StreamEvent[] = [];
  for (let q = 1; q <= 20; q++) {
    const id = `task-${Math.floor(random() * 3)}`;
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    const leaves = held.has(id) && random() < 0.3;
    if (leaves) held.delete(id);
    else held.add(id);
    events.push(leaves ? left(q, id, version) : changed(q, { id, version }));
  }
  const truth = [...held].sort().map((id) => ({ id, version: versions.get(id)!, streams: [MINE] }));
  return { events, truth };
}

function snapshot(events: StreamEvent[]) {
  const rows = new Map<string, number>();
  for (const { t, b } of events) {
    const { id, version } = (t === "task.left" ? { id: b!.task_id, version: b!.version } : b!.task) as { id: string; version: number };
    if (t === "task.left") rows.delete(id);
    else rows.set(id, version);
  }
  return [...rows].map(([id, version]) => ({ k: "task" as const, v: { ...task({ id, version }) } }));
}
