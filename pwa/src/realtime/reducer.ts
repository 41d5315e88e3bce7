/** Pure: what an event changes, and what a row becomes. Old rows + events == fresh rows (tests/reducer.test.ts). */
import type { Row, RowKind, SnapshotRow, StreamEvent } from "./replica";

export type Change =
  | { act: "put"; k: RowKind; id: string; version: number; v: unknown }
  | { act: "release"; k: RowKind; id: string; version: number };

const CARRIED: Record<string, RowKind> = {
  "task.sent": "task",
  "task.changed": "task",
  "task.completed": "task",
  "inspection.submitted": "inspection",
  "inspection.changed": "inspection",
  "hazard.reported": "hazard",
  "hazard.moved": "hazard",
  "checklist.published": "checklist",
};

/** The change an event makes; null for a type this build does not know (a newer server may send more). */
export function changeOf(event: StreamEvent): Change | null {
  if (event.t === "task.left") {
    const { task_id, version } = event.b as { task_id: string; version: number };
    return { act: "release", k: "task", id: task_id, version };
  }
  const k = CARRIED[event.t];
  const v = k && (event.b[k] as Record<string, unknown> | undefined);
  return v ? put(k, v) : null;
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
