/** Pure: what an event changes, and what a row becomes. Old rows + events == fresh rows (tests/reducer.test.ts). */
import { ROW_KINDS, type Row, type RowKind, type SnapshotRow, type StreamEvent } from "./replica";

export type Change =
  | { act: "put"; k: RowKind; id: string; version: number; v: unknown }
  | { act: "release"; k: RowKind; id: string; version: number };

/**
 * The changes an event makes. A body carries whole views under their kinds, so that a type of event this build does
 * not know still brings its rows; an erased body (null) brings none.
 */
export function changesOf({ t, b }: StreamEvent): Change[] {
  if (!b) return [];
  if (t === "task.left") {
    const { task_id, version } = b as { task_id: string; version: number };
    return [{ act: "release", k: "task", id: task_id, version }];
  }
  return ROW_KINDS.flatMap((k) => (b[k] ? [put(k, b[k] as Record<string, unknown>)] : []));
}

export function put(k: RowKind, v: Record<string, unknown>): Change & { act: "put" } {
  const properties = v.properties as Record<string, unknown> | undefined; // a grid is a GeoJSON feature
  const id = String(v.id ?? properties?.uid);
  return { act: "put", k, id, version: Number(v.version ?? 0), v };
}

/** The row after a change that came through `stream`: null when nothing is left of it. */
export function settle(held: Row | undefined, change: Change, stream: string): Row | null {
  if (change.act === "release") {
    return !held || change.version < held.version ? (held ?? null) : released(held, stream);
  }
  const { k, id, version, v } = change;
  if (!held) return { k, id, version, v, streams: [stream] };
  const streams = held.streams.includes(stream) ? held.streams : [...held.streams, stream];
  return version >= held.version ? { k, id, version, v, streams } : { ...held, streams };
}

/** The row once `stream` no longer shows it. */
export function released(held: Row, stream: string): Row | null {
  const streams = held.streams.filter((one) => one !== stream);
  return streams.length ? { ...held, streams } : null;
}

export const putsOf = (rows: SnapshotRow[]) => rows.map(({ k, v }) => put(k, v));

/** After an epoch change anything the server says is newer than what is held. */
export const outdated = (row: Row): Row => ({ ...row, version: -1 });
