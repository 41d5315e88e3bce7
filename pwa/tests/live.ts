/** A server with one stream and a socket that can be made to speak. */
import { afterEach, beforeEach, vi } from "vitest";

import { Problem } from "@/api/client";
import { Feed, type FeedListeners } from "@/realtime/feed";
import { MemoryReplica } from "@/realtime/memory";
import type { Cursors, Mark, StreamEvent } from "@/realtime/replica";
import type { FeedServer, SyncAnswer } from "@/realtime/server";
import { MINE, sent } from "./builders";

/** A server with one stream; frames can be pushed to the phone's socket or held back. */
export class OneStream implements FeedServer {
  log: StreamEvent[] = [];
  epoch = "epoch-1";
  reset: string[] = [];
  pulls = 0;
  sockets: { onmessage?: (message: { data: string }) => void }[] = [];

  async sync({ epoch, cursors }: Mark): Promise<SyncAnswer> {
    this.pulls++;
    if (epoch !== this.epoch) {
      throw new Problem(409, "epoch_changed", { status: 409, code: "epoch_changed", fields: { epoch: this.epoch } });
    }
    const from = cursors[MINE] ?? 0;
    const head = this.log.length;
    const events = this.reset.length ? [] : this.log.slice(from, from + 2);
    const next: Cursors = this.reset.length ? {} : { [MINE]: from + events.length };
    const reset = this.reset.splice(0);
    return {
      epoch, server_time: "", streams: [MINE], events, next, heads: { [MINE]: head }, more: from + events.length < head && !reset.length, reset, drop: [],
    };
  }

  async snapshot(stream: string) {
    const rows = this.log.map(({ b }) => ({ k: "task" as const, v: b!.task as Record<string, unknown> }));
    return { epoch: this.epoch, stream, as_of: this.log.length, rows };
  }

  tickets = 0;
  ticket = async () => `ticket-${++this.tickets}`;

  write(count: number): void {
    for (let i = 0; i < count; i++) {
      const q = this.log.length + 1;
      this.log.push(sent(q, { id: `task-${q}`, version: 1 }));
    }
  }
}

export class QuietSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static last: QuietSocket;
  readyState = 1;
  said: { k: string; ticket?: string; health?: object }[] = [];
  constructor() {
    super();
    QuietSocket.last = this;
    setTimeout(() => this.dispatchEvent(new Event("open")), 0);
  }
  send(text: string) {
    this.said.push(JSON.parse(text) as { k: string });
  }
  close() {
    this.readyState = 3;
  }
  /** The other side hangs up. */
  drop() {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
  push(frame: object) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
}

/** Time stands still until a test moves it on. */
export function withQuietNetwork(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] });
    vi.stubGlobal("WebSocket", QuietSocket);
    vi.stubGlobal("location", { protocol: "http:", host: "town" });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

export async function joined(server: OneStream, listeners: FeedListeners = {}) {
  const replica = new MemoryReplica();
  const feed = new Feed(replica, listeners, server);
  await feed.start(server.epoch);
  await vi.advanceTimersByTimeAsync(50);
  QuietSocket.last.push({ k: "ok", epoch: server.epoch, heads: { [MINE]: server.log.length }, ping: 25, jitter: 2 });
  await vi.advanceTimersByTimeAsync(50);
  return { replica, feed };
}
