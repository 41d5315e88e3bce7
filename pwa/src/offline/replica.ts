import type { IDBPTransaction } from "idb";

import { settled, type Settlement } from "@/domain/operations";
import { farewell } from "@/domain/tasks";
import type { Task } from "@/domain/views";
import { changesOf, outdated, putsOf, released, settle, type Change } from "@/realtime/reducer";
import type { Cursors, Mark, Replica, Row, RowKind, SnapshotRow, StreamEvent } from "@/realtime/replica";
import { withDatabase, write, type PhoneSchema } from "./database";

type RowsAndWork = IDBPTransaction<PhoneSchema, ("rows" | "marks" | "operations" | "drafts" | "blobs")[], "readwrite">;
const STORES: ("rows" | "marks" | "operations" | "drafts" | "blobs")[] = ["rows", "marks", "operations", "drafts", "blobs"];

/** Ids of what a person worked on: true while some of that work waits (unsent, photos to go, an open draft). */
type Work = Map<string, boolean>;

/**
 * One person's replica on this phone. A row that was worked on stays when the server takes it away, until `sweep`
 * finds that nothing about it waits any more.
 */
export class PhoneReplica implements Replica {
  constructor(private readonly user_id: string) {}

  async mark(): Promise<Mark> {
    const held = await withDatabase((db) => db.get("marks", this.user_id));
    return { epoch: held?.epoch ?? null, cursors: held?.cursors ?? {} };
  }

  async rows<V>(k: RowKind): Promise<(Row & { v: V })[]> {
    const range = IDBKeyRange.bound([this.user_id, k, ""], [this.user_id, k, "\uffff"]);
    return (await withDatabase((db) => db.getAll("rows", range))) as unknown as (Row & { v: V })[];
  }

  apply(events: StreamEvent[], cursors: Cursors): Promise<void> {
    return write(STORES, "relaxed", async (transaction) => {
      const work = await this.work(transaction);
      for (const event of events) {
        for (const change of changesOf(event)) await this.settle(transaction, change, event.s, work);
        if (event.t === "operation.settled" && event.b) await this.settleOperation(transaction, event);
      }
      await this.moveCursors(transaction, (held) => ({ ...held, ...cursors }));
    });
  }

  replace(stream: string, rows: SnapshotRow[], asOf: number): Promise<void> {
    return write(STORES, "relaxed", async (transaction) => {
      const puts = putsOf(rows);
      const kept = new Set(puts.map(({ k, id }) => `${k} ${id}`));
      await this.release(transaction, (row) => row.streams.includes(stream) && !kept.has(`${row.k} ${row.id}`), stream);
      const none: Work = new Map();
      for (const change of puts) await this.settle(transaction, change, stream, none);
      await this.moveCursors(transaction, (held) => ({ ...held, [stream]: asOf }));
    });
  }

  drop(stream: string): Promise<void> {
    return write(STORES, "relaxed", async (transaction) => {
      await this.release(transaction, (row) => row.streams.includes(stream), stream);
      await this.moveCursors(transaction, ({ [stream]: _dropped, ...others }) => others);
    });
  }

  /**
   * A new history on the server, for instance a restored backup: whatever it had acknowledged it may have lost, so
   * the sent journal goes out again under the same ids. In one transaction with the cursors: all of it or nothing.
   */
  restart(epoch: string): Promise<void> {
    return write(STORES, "strict", async (transaction) => {
      const marks = transaction.objectStore("marks");
      if ((await marks.get(this.user_id))?.epoch === epoch) return;
      await marks.put({ user_id: this.user_id, epoch, cursors: {} });
      const rows = transaction.objectStore("rows");
      for (const row of await rows.index("of_user").getAll(this.user_id)) {
        await rows.put({ ...outdated(row), user_id: this.user_id });
      }
      await this.requeueJournal(transaction, epoch);
    });
  }

  /**
   * Let go of rows that no stream shows and no work waits for; returns them. Reading first, because mostly there is
   * nothing to do.
   */
  async sweep(): Promise<Row[]> {
    const all = await withDatabase((db) => db.getAllFromIndex("rows", "of_user", this.user_id));
    if (all.every(({ streams }) => streams.length)) return [];
    return write(STORES, "strict", async (transaction) => {
      const work = await this.work(transaction);
      const rows = transaction.objectStore("rows");
      const held = await rows.index("of_user").getAll(this.user_id);
      const gone = held.filter(({ id, streams }) => !streams.length && !work.get(id));
      for (const row of gone) {
        await rows.delete([this.user_id, row.k, row.id]);
        if (row.k === "task") await this.noteHandedOver(transaction, row.v as Task);
      }
      return gone;
    });
  }

  /** The row goes, the name of what was done stays with the sent journal. */
  private async noteHandedOver(transaction: RowsAndWork, task: Task): Promise<void> {
    const store = transaction.objectStore("operations");
    const operations = await store.index("of_user").getAll(this.user_id);
    if (!farewell(task, operations)) return;
    for (const held of operations) {
      if (held.target === task.id) await store.put({ ...held, handed_over: task.enterprise.name });
    }
  }

  private async settleOperation(transaction: RowsAndWork, { b, at }: StreamEvent): Promise<void> {
    const word = b!.operation as Settlement;
    const store = transaction.objectStore("operations");
    const held = await store.get(word.op_id); // absent: it was done on another phone
    if (held?.user_id === this.user_id) await store.put(settled(held, word, at));
  }

  private async requeueJournal(transaction: RowsAndWork, epoch: string): Promise<void> {
    const operations = transaction.objectStore("operations");
    for (const held of await operations.index("of_user").getAll(this.user_id)) {
      if (held.state === "queued" || held.result?.epoch === epoch) continue;
      await operations.put({ ...held, state: "queued", tries: 0, trouble: null });
    }
    const blobs = transaction.objectStore("blobs");
    for (const held of await blobs.index("of_user").getAll(this.user_id)) {
      if (held.state === "acked") await blobs.put({ ...held, state: "queued" });
    }
  }

  private async settle(transaction: RowsAndWork, change: Change, stream: string, work: Work): Promise<void> {
    const rows = transaction.objectStore("rows");
    const held = await rows.get([this.user_id, change.k, change.id]);
    const next = settle(held, change, stream);
    await this.putOrRemove(transaction, held, next, work);
  }

  private async release(transaction: RowsAndWork, gone: (row: Row) => boolean, stream: string): Promise<void> {
    const work = await this.work(transaction);
    for (const row of await transaction.objectStore("rows").index("of_user").getAll(this.user_id)) {
      if (gone(row)) await this.putOrRemove(transaction, row, released(row, stream), work);
    }
  }

  private async putOrRemove(transaction: RowsAndWork, held: Row | undefined, next: Row | null, work: Work) {
    const rows = transaction.objectStore("rows");
    if (next) await rows.put({ ...next, user_id: this.user_id });
    else if (held && work.has(held.id)) await rows.put({ ...held, streams: [], user_id: this.user_id });
    else if (held) await rows.delete([this.user_id, held.k, held.id]);
  }

  /** The whole journal counts, not only what waits: whoever did something is told when it leaves. */
  private async work(transaction: RowsAndWork): Promise<Work> {
    const work: Work = new Map();
    const note = (id: string, waits: boolean) => work.set(id, waits || work.get(id) === true);
    const photos = await transaction.objectStore("blobs").index("of_user").getAll(this.user_id);
    const going = new Set(photos.filter(({ state }) => state === "queued").map(({ sha256 }) => sha256));
    for (const { state, target, blobs } of await transaction.objectStore("operations").index("of_user").getAll(this.user_id)) {
      note(target, state === "queued" || blobs.some((digest) => going.has(digest)));
    }
    for (const draft of await transaction.objectStore("drafts").index("of_user").getAll(this.user_id)) {
      if (draft.submitted_as) continue;
      note(draft.task_id, true);
      note(draft.checklist_id, true);
    }
    return work;
  }

  private async moveCursors(transaction: RowsAndWork, move: (held: Cursors) => Cursors): Promise<void> {
    const marks = transaction.objectStore("marks");
    const held = (await marks.get(this.user_id)) ?? { user_id: this.user_id, epoch: null, cursors: {} };
    await marks.put({ ...held, cursors: move(held.cursors) });
  }
}
