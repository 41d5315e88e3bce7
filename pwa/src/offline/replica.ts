import type { IDBPTransaction } from "idb";

import { changesOf, outdated, putsOf, released, settle, type Change } from "@/realtime/reducer";
import type { Cursors, Mark, Replica, Row, RowKind, SnapshotRow, StreamEvent } from "@/realtime/replica";
import { withDatabase, write, type PhoneSchema } from "./database";

type RowsAndWork = IDBPTransaction<PhoneSchema, ("rows" | "marks" | "operations" | "drafts" | "blobs")[], "readwrite">;
const STORES: ("rows" | "marks" | "operations" | "drafts" | "blobs")[] = ["rows", "marks", "operations", "drafts", "blobs"];

/** One person's replica on this phone. Rows with unsent work or an open draft stay, whatever the server drops. */
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
      const needed = await this.needed(transaction);
      for (const event of events) {
        for (const change of changesOf(event)) await this.settle(transaction, change, event.s, needed);
      }
      await this.moveCursors(transaction, (held) => ({ ...held, ...cursors }));
    });
  }

  replace(stream: string, rows: SnapshotRow[], asOf: number): Promise<void> {
    return write(STORES, "relaxed", async (transaction) => {
      const puts = putsOf(rows);
      const kept = new Set(puts.map(({ k, id }) => `${k} ${id}`));
      await this.release(transaction, (row) => row.streams.includes(stream) && !kept.has(`${row.k} ${row.id}`), stream);
      const none = new Set<string>();
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

  private async settle(transaction: RowsAndWork, change: Change, stream: string, needed: Set<string>): Promise<void> {
    const rows = transaction.objectStore("rows");
    const held = await rows.get([this.user_id, change.k, change.id]);
    const next = settle(held, change, stream);
    await this.putOrRemove(transaction, held, next, needed);
  }

  private async release(transaction: RowsAndWork, gone: (row: Row) => boolean, stream: string): Promise<void> {
    const needed = await this.needed(transaction);
    for (const row of await transaction.objectStore("rows").index("of_user").getAll(this.user_id)) {
      if (gone(row)) await this.putOrRemove(transaction, row, released(row, stream), needed);
    }
  }

  private async putOrRemove(transaction: RowsAndWork, held: Row | undefined, next: Row | null, needed: Set<string>) {
    const rows = transaction.objectStore("rows");
    if (next) await rows.put({ ...next, user_id: this.user_id });
    else if (held && needed.has(held.id)) await rows.put({ ...held, streams: [], user_id: this.user_id });
    else if (held) await rows.delete([this.user_id, held.k, held.id]);
  }

  /** Ids of rows that unsent operations and open drafts speak of, with the checklists they were filled in by. */
  private async needed(transaction: RowsAndWork): Promise<Set<string>> {
    const needed = new Set<string>();
    for (const { state, target } of await transaction.objectStore("operations").index("of_user").getAll(this.user_id)) {
      if (state === "queued") needed.add(target);
    }
    for (const draft of await transaction.objectStore("drafts").index("of_user").getAll(this.user_id)) {
      if (!draft.submitted_as) needed.add(draft.task_id).add(draft.checklist_id);
    }
    return needed;
  }

  private async moveCursors(transaction: RowsAndWork, move: (held: Cursors) => Cursors): Promise<void> {
    const marks = transaction.objectStore("marks");
    const held = (await marks.get(this.user_id)) ?? { user_id: this.user_id, epoch: null, cursors: {} };
    await marks.put({ ...held, cursors: move(held.cursors) });
  }
}
