import { Problem, Unreachable } from "@/api/client";
import { behind, judgeGap } from "./gap";
import type { Cursors, Replica, StreamEvent } from "./replica";
import { feedServer, type DeviceHealth, type FeedServer } from "./server";
import { FeedSocket, type Letter, type ResyncReason, type ServerFrame } from "./socket";

/** How rows came: pushed by the socket, or fetched. */
export type Way = "live" | "pull";
export type FeedState = "connecting" | "live" | "offline";

export interface FeedListeners {
  /** Rows changed: these events were applied now; an empty list after a snapshot. */
  changed?: (events: StreamEvent[], way: Way) => void;
  state?: (state: FeedState) => void;
  /** A derived figure has a new version; fetch its snapshot again. */
  letter?: (letter: Letter) => void;
  /** The server lives in a new history; called before rows are taken anew. */
  epochChanged?: (epoch: string) => Promise<void>;
  /** What this person may see changed: read the session again. */
  streamsChanged?: () => void;
  signedOut?: () => void;
  /** This device could not store what came: no fault of the network, and to be said as what it is. */
  notStored?: (error: unknown) => void;
  health?: () => DeviceHealth | null;
}

/** Replayed events get this long beyond the jitter before they are asked for. */
const REPLAY_WITHIN_MS = 5_000;
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
  private replayChecked: ReturnType<typeof setTimeout> | null = null;
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
    if (this.replayChecked) clearTimeout(this.replayChecked);
    this.safety = this.pullPlanned = this.replayChecked = null;
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
      await this.take(answer.events, answer.next, "pull");
      const unknown = answer.streams.filter((stream) => !(stream in answer.next) && !(stream in this.cursors));
      for (const stream of new Set([...answer.reset, ...unknown])) await this.takeSnapshot(stream);
      more = answer.more;
    }
    this.socket?.acknowledge(this.cursors);
  }

  private async take(events: StreamEvent[], next: Cursors, way: Way): Promise<void> {
    const fresh = events.filter(({ s, q }) => q > (this.cursors[s] ?? -1));
    // a stream without events has a cursor too, or its first event would look like a gap
    if (!fresh.length && Object.entries(next).every(([stream, seq]) => this.cursors[stream] === seq)) return;
    await this.replica.apply(fresh, next);
    Object.assign(this.cursors, next);
    if (fresh.length) this.listeners.changed?.(fresh, way);
  }

  private async takeSnapshot(stream: string): Promise<void> {
    const { rows, as_of } = await this.server.snapshot(stream);
    await this.replica.replace(stream, rows, as_of);
    this.cursors[stream] = as_of;
    this.listeners.changed?.([], "pull");
  }

  private async forget(stream: string): Promise<void> {
    await this.replica.drop(stream);
    delete this.cursors[stream];
    this.listeners.changed?.([], "pull");
  }

  private async pullFailed(error: unknown): Promise<void> {
    if (error instanceof Problem && error.code === "epoch_changed") {
      await this.enterEpoch(String(error.fields.epoch), false);
      void this.pull();
    } else if (error instanceof Problem && error.status === 401) {
      this.listeners.signedOut?.();
    } else {
      if (error instanceof Problem || error instanceof Unreachable) this.listeners.state?.("offline");
      else this.listeners.notStored?.(error);
      this.planPull(PULL_RETRY_MS[Math.min(this.failures++, PULL_RETRY_MS.length - 1)]);
    }
  }

  private notStored(error: unknown): void {
    this.listeners.notStored?.(error);
    this.planPull(PULL_RETRY_MS[PULL_RETRY_MS.length - 1]);
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
      frames: (frames) => void this.inTurn(() => this.receive(frames).catch((error) => this.notStored(error))),
      state: (state) => this.listeners.state?.(state),
      letter: (letter) => this.listeners.letter?.(letter),
      resync: (reason) => this.planResync(reason),
      signedOut: () => this.listeners.signedOut?.(),
      health: () => this.listeners.health?.() ?? null,
    });
  }

  /** Pull first, so that what is no longer ours is dropped; then a ticket that names the streams of now. */
  private planResync(reason: ResyncReason): void {
    setTimeout(() => void this.resync(reason), Math.random() * this.jitterS * 1000);
  }

  private async resync(reason: ResyncReason): Promise<void> {
    if (this.stopped) return;
    await this.pull();
    if (reason === "streams") this.listeners.streamsChanged?.();
    if (!this.stopped) this.socket?.renew();
  }

  private async receive(frames: ServerFrame[]): Promise<void> {
    const next: StreamEvent[] = [];
    let ahead: Cursors = { ...this.cursors };
    for (const frame of frames) {
      if (frame.k === "ev") {
        const verdict = judgeGap(ahead[frame.s], frame.q);
        if (verdict === "pull") this.planPull(this.jitterS * 1000);
        if (verdict !== "apply") continue;
        next.push({ s: frame.s, q: frame.q, t: frame.t, at: frame.at, b: frame.b });
        ahead[frame.s] = frame.q;
      } else if (frame.k === "ok") {
        // numbers of another history must not pass for the next ones of this
        if (frame.epoch !== this.epoch) ahead = this.cursors = {};
        this.compare(frame);
      } else if (behind(ahead, frame.k === "hint" ? { [frame.s]: frame.head } : frame.heads)) this.planPull(this.jitterS * 1000);
    }
    if (!next.length) return;
    await this.take(next, Object.fromEntries(next.map(({ s, q }) => [s, q])), "live");
    this.socket?.acknowledge(this.cursors);
  }

  /** What the server holds beyond the cursors, less what it is about to send by itself. */
  private compare({ epoch, heads, replay = {}, jitter }: Extract<ServerFrame, { k: "ok" }>): void {
    this.jitterS = jitter ?? this.jitterS;
    const asked = Object.fromEntries(Object.entries(heads).filter(([stream]) => !(stream in replay)));
    if (epoch !== this.epoch || behind(this.cursors, asked)) this.planPull(this.jitterS * 1000);
    else if (behind(this.cursors, replay)) this.checkReplay(replay);
  }

  private checkReplay(replay: Cursors): void {
    if (this.replayChecked) clearTimeout(this.replayChecked);
    const within = this.jitterS * 1000 + REPLAY_WITHIN_MS;
    this.replayChecked = setTimeout(() => behind(this.cursors, replay) && this.planPull(this.jitterS * 1000), within);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }
}
