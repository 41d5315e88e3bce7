/**
 * A copy of what the server shows this person, kept up to date by events.
 * Over IndexedDB on the phone, in memory on console and screen.
 */
export const ROW_KINDS = ["task", "hazard", "inspection", "checklist", "enterprise", "grid", "communication_test"] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** A row and the streams through which it is seen; when the last of them lets go, the row goes. */
export interface Row {
  k: RowKind;
  id: string;
  version: number;
  streams: string[];
  v: unknown;
}

export interface StreamEvent {
  s: string;
  q: number;
  t: string;
  at: string;
  b: Record<string, unknown> | null;
}

export interface SnapshotRow {
  k: RowKind;
  v: Record<string, unknown>;
}

export type Cursors = Record<string, number>;
export interface Mark {
  epoch: string | null;
  cursors: Cursors;
}

/** Each call is one transaction: rows and cursors move together or not at all. */
export interface Replica {
  mark(): Promise<Mark>;
  /** Apply events in order and move the cursors of their streams. */
  apply(events: StreamEvent[], cursors: Cursors): Promise<void>;
  /** Make the rows of one stream exactly these. */
  replace(stream: string, rows: SnapshotRow[], asOf: number): Promise<void>;
  /** Forget a stream; rows with unsent work stay. */
  drop(stream: string): Promise<void>;
  /** A new history began on the server: forget the cursors and let anything overwrite the rows held. */
  restart(epoch: string): Promise<void>;
}
