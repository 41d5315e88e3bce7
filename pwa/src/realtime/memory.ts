import { shallowReactive } from "vue";

import { changesOf, outdated, putsOf, released, settle } from "./reducer";
import { ROW_KINDS } from "./replica";
import type { Cursors, Mark, Replica, Row, RowKind, SnapshotRow, StreamEvent } from "./replica";

/** A replica in memory for console and screen: `rows.task` is a reactive Map by id whose values are rows. */
export class MemoryReplica implements Replica {
  readonly rows = Object.fromEntries(ROW_KINDS.map((k) => [k, shallowReactive(new Map<string, Row>())])) as
    Record<RowKind, Map<string, Row>>;
  private epoch: string | null = null;
  private cursors: Cursors = {};

  async mark(): Promise<Mark> {
    return { epoch: this.epoch, cursors: { ...this.cursors } };
  }

  async apply(events: StreamEvent[], cursors: Cursors): Promise<void> {
    for (const event of events) {
      for (const change of changesOf(event)) {
        this.set(change.k, change.id, settle(this.rows[change.k].get(change.id), change, event.s));
      }
    }
    Object.assign(this.cursors, cursors);
  }

  async replace(stream: string, rows: SnapshotRow[], asOf: number): Promise<void> {
    const puts = putsOf(rows);
    const kept = new Set(puts.map(({ k, id }) => `${k} ${id}`));
    for (const row of this.all()) {
      const gone = row.streams.includes(stream) && !kept.has(`${row.k} ${row.id}`);
      if (gone) this.set(row.k, row.id, released(row, stream));
    }
    for (const change of puts) {
      this.set(change.k, change.id, settle(this.rows[change.k].get(change.id), change, stream));
    }
    this.cursors[stream] = asOf;
  }

  async drop(stream: string): Promise<void> {
    for (const row of this.all()) {
      if (row.streams.includes(stream)) this.set(row.k, row.id, released(row, stream));
    }
    delete this.cursors[stream];
  }

  async restart(epoch: string): Promise<void> {
    this.epoch = epoch;
    this.cursors = {};
    for (const row of this.all()) this.set(row.k, row.id, outdated(row));
  }

  private set(k: RowKind, id: string, row: Row | null): void {
    if (row) this.rows[k].set(id, row);
    else this.rows[k].delete(id);
  }

  private all(): Row[] {
    return ROW_KINDS.flatMap((k) => [...this.rows[k].values()]);
  }
}
