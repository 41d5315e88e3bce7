import { Problem } from "@/api/client";
import { behind, judgeGap } from "./gap";
import type { Cursors, Replica, StreamEvent } from "./replica";
import { feedServer, type FeedServer } from "./server";
import { FeedSocket, type Letter, type ServerFrame } from "./socket";

export type FeedState = "connecting" | "live" | "offline";

export interface FeedListeners {
  /** Rows changed: these events were applied now; an empty list after a snapshot. */
  changed?: (events: StreamEvent[]) => void;
  state?: (state: FeedState) => void;
  /** A derived figure has a new version; fetch its snapshot again. */
  letter?: (letter: Letter) => void;
  /** The server lives in a new history; called before rows are taken anew. */
  epochChanged?: (epoch: string) => Promise<void>;
  /** What this person may see changed: read the session again. */
  streamsChanged?: () => void;
  signedOut?: () => void;
}

const PULL_RETRY_MS = [2_000, 5_000, 15_000, 60_000];
const SAFETY_PULL_MS = 90_000;

/**
 * Keeps a replica up to date: the socket carries events, `/api/sync` closes every gap.
 *
 * All work on the replica goes through one queue, so that a pull and the socket never interleave.
 */
export class Feed {
  private queue: Promise<unknown> = Promise.resolve();
  private epoch: string | null = null;
  private cursors: Cursors = {};
  private socket: FeedSocket | null = null;
  private pullPlanned: ReturnType<typeof setTimeout> | null = null;
  private safety: ReturnType<typeof setInterval> | null = null;
  private failures = 0;
  private jitterS = 2;
  private stopped = true;

  constructor(
    private readonly replica: Replica,
    private readonly listeners: FeedListeners = {},
    private readonly server: FeedServer = feedServer,
  ) {}

  /** Begin with what is held; `epoch` is the one the session named. */
  async start(epoch: string): Promise<void> {
    this.stopped = false;
    this.listeners.state?.("connecting");
    const mark = await this.replica.mark();
    this.epoch = mark.epoch;
    this.cursors = mark.cursors;
    if (mark.epoch !== epoch) await this.enterEpoch(epoch, mark.epoch === null);
    this.openSocket();
    this.safety = setInterval(() => this.pull(), SAFETY_PULL_MS * (0.8 + Math.random() * 0.4));
    await this.pull();
  }

  stop(): void {
    this.stopped = true;
    this.socket?.close();
    this.socket = null;
    if (this.safety) clearInterval(this.safety);
    if (this.pullPlanned) clearTimeout(this.pullPlanned);
    this.safety = this.pullPlanned = null;
  }

  /** Connect at once instead of waiting for the next attempt (the page came back, the network returned). */
  wake(): void {
    if (this.stopped) return;
    this.socket?.wake();
    void this.pull();
  }

  /** Ask the server for everything after the cursors. Never rejects: a failed pull is tried again by itself. */
  pull(): Promise<void> {
    return this.inTurn(async () => {
      try {
        await this.pullAll();
        this.failures = 0;
        if (!this.socket?.live) this.listeners.state?.("connecting");
      } catch (error) {
        await this.pullFailed(error);
      }
    });
  }

  private async pullAll(): Promise<void> {
    for (let more = true; more && !this.stopped; ) {
      const answer = await this.server.sync({ epoch: this.epoch, cursors: this.cursors });
      for (const stream of answer.drop) await this.forget(stream);
      await this.take(answer.events, answer.next);
      const unknown = answer.streams.filter((stream) => !(stream in answer.next) && !(stream in this.cursors));
      for (const stream of new Set([...answer.reset, ...unknown])) await this.takeSnapshot(stream);
      more = answer.more;
    }
    this.socket?.acknowledge(this.cursors);
  }

  private async take(events: StreamEvent[], next: Cursors): Promise<void> {
    const fresh = events.filter(({ s, q }) => q > (this.cursors[s] ?? -1));
    // a stream without events has a cursor too, or its first event would look like a gap
    if (!fresh.length && Object.entries(next).every(([stream, seq]) => this.cursors[stream] === seq)) return;
    await this.replica.apply(fresh, next);
    Object.assign(this.cursors, next);
    if (fresh.length) this.listeners.changed?.(fresh);
  }

  private async takeSnapshot(stream: string): Promise<void> {
    const { rows, as_of } = await this.server.snapshot(stream);
    await this.replica.replace(stream, rows, as_of);
    this.cursors[stream] = as_of;
    this.listeners.changed?.([]);
  }

  private async forget(stream: string): Promise<void> {
    await this.replica.drop(stream);
    delete this.cursors[stream];
    this.listeners.changed?.([]);
  }

  private async pullFailed(error: unknown): Promise<void> {
    if (error instanceof Problem && error.code === "epoch_changed") {
      await this.enterEpoch(String(error.body.epoch), false);
      void this.pull();
    } else if (error instanceof Problem && error.status === 401) {
      this.listeners.signedOut?.();
    } else {
      this.listeners.state?.("offline");
      this.planPull(PULL_RETRY_MS[Math.min(this.failures++, PULL_RETRY_MS.length - 1)]);
    }
  }

  private async enterEpoch(epoch: string, first: boolean): Promise<void> {
    if (!first) await this.listeners.epochChanged?.(epoch);
    await this.replica.restart(epoch);
    this.epoch = epoch;
    this.cursors = {};
  }

  /** At most one pull is planned, after a random part of `withinMs`, so that a thousand phones do not ask at once. */
  private planPull(withinMs: number): void {
    if (this.pullPlanned || this.stopped) return;
    this.pullPlanned = setTimeout(() => {
      this.pullPlanned = null;
      void this.pull();
    }, Math.random() * withinMs);
  }

  private openSocket(): void {
    this.socket = new FeedSocket({
      ticket: () => this.server.ticket(),
      mark: () => ({ epoch: this.epoch, cursors: this.cursors }),
      frames: (frames) => void this.inTurn(() => this.receive(frames)),
      state: (state) => this.listeners.state?.(state),
      letter: (letter) => this.listeners.letter?.(letter),
      streamsChanged: () => this.listeners.streamsChanged?.(),
      signedOut: () => this.listeners.signedOut?.(),
    });
  }

  private async receive(frames: ServerFrame[]): Promise<void> {
    const next: StreamEvent[] = [];
    const ahead: Cursors = { ...this.cursors };
    for (const frame of frames) {
      if (frame.k === "ev") {
        const verdict = judgeGap(ahead[frame.s], frame.q);
        if (verdict === "pull") this.planPull(this.jitterS * 1000);
        if (verdict !== "apply") continue;
        next.push({ s: frame.s, q: frame.q, t: frame.t, at: frame.at, b: frame.b });
        ahead[frame.s] = frame.q;
      } else {
        if (frame.k === "ok") this.jitterS = frame.jitter ?? this.jitterS;
        const heads = frame.k === "hint" ? { [frame.s]: frame.head } : frame.heads;
        if (behind(ahead, heads) || (frame.k === "ok" && frame.epoch !== this.epoch)) this.planPull(this.jitterS * 1000);
      }
    }
    if (!next.length) return;
    await this.take(next, Object.fromEntries(next.map(({ s, q }) => [s, q])));
    this.socket?.acknowledge(this.cursors);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }
}
