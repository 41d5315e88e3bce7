import { get, post } from "@/api/client";
import { cursorText } from "./gap";
import type { Cursors, Mark, SnapshotRow, StreamEvent } from "./replica";

export interface SyncAnswer {
  epoch: string;
  server_time: string;
  streams: string[];
  events: StreamEvent[];
  next: Cursors;
  heads: Cursors;
  more: boolean;
  reset: string[];
  drop: string[];
}

export interface Snapshot {
  epoch: string;
  stream: string;
  as_of: number;
  rows: SnapshotRow[];
}

/** What a device tells of itself: work it still holds, since when (by its own clock), and which build it runs. */
export interface DeviceHealth {
  unsent: number;
  oldest: string | null;
  app: string;
  at: string;
}

/** The doors a feed uses; a test puts its own in their place. */
export interface FeedServer {
  sync(mark: Mark): Promise<SyncAnswer>;
  snapshot(stream: string): Promise<Snapshot>;
  ticket(): Promise<string>;
}

export const feedServer: FeedServer = {
  sync: ({ epoch, cursors }) => get<SyncAnswer>("/api/sync", { query: { epoch, c: cursorText(cursors), limit: 500 } }),
  snapshot: (stream) => get<Snapshot>("/api/snapshot", { query: { stream }, timeoutMs: 60_000 }),
  ticket: async () => (await post<{ ticket: string }>("/api/ticket", {})).ticket,
};
