import ReconnectingWebSocket from "partysocket/ws";

import { Problem } from "@/api/client";
import type { Cursors, Mark, StreamEvent } from "./replica";
import type { DeviceHealth } from "./server";

export interface Letter { t: string; division: string; version: number }
/** Frames that concern the rows; everything else is answered here. */
export type ServerFrame =
  | ({ k: "ev" } & StreamEvent)
  | { k: "hint"; s: string; head: number }
  | { k: "heads"; heads: Cursors }
  | { k: "ok"; epoch: string; heads: Cursors; replay?: Cursors; ping: number; jitter: number };
/** Why everything is to be looked at again: other rights, or another history. */
export type ResyncReason = "streams" | "epoch";
type AnyFrame =
  | ServerFrame
  | ({ k: "letter" } & Letter)
  | { k: "resync"; reason: ResyncReason }
  | { k: "pong"; ticket?: string }
  | { k: "bye"; code: number; retry_after?: number };

export interface SocketListeners {
  ticket: () => Promise<string>;
  mark: () => Mark;
  frames: (frames: ServerFrame[]) => void;
  state: (state: "connecting" | "live" | "offline") => void;
  letter: (letter: Letter) => void;
  resync: (reason: ResyncReason) => void;
  signedOut: () => void;
  /** What hello and every ping tell of this device; nothing for a surface that holds no work. */
  health: () => DeviceHealth | null;
}

const ACK_EVERY_MS = 2_000;
const PONG_WITHIN_MS = 10_000;
/** A ticket lives for a minute from when the server made it; some of that is spent on the way. */
const TICKET_MS = 50_000;
/** The server no longer takes this ticket: it was stale, or the rights in it are gone. */
const NO_TICKET = 4401;
const RIGHTS_GONE = 4403;

/**
 * The websocket: says hello with a one-minute ticket, keeps itself alive, hands frames on in bursts.
 *
 * Spans are measured by `performance.now()`: a phone whose clock is put back must not wait three days to return.
 */
export class FeedSocket {
  live = false;
  private readonly ws: ReconnectingWebSocket;
  private ticket = "";
  private ticketAt = -Infinity;
  private inbox: ServerFrame[] = [];
  private pinger: ReturnType<typeof setInterval> | null = null;
  private pongDue: ReturnType<typeof setTimeout> | null = null;
  private ackPlanned: ReturnType<typeof setTimeout> | null = null;
  private acked: Cursors = {};
  private holdUntil = 0;

  constructor(private readonly listeners: SocketListeners) {
    this.ws = new ReconnectingWebSocket(() => this.nextUrl(), [], {
      minReconnectionDelay: 1_000 + Math.random() * 2_000,
      maxReconnectionDelay: 30_000,
      reconnectionDelayGrowFactor: 1.7,
      connectionTimeout: 10_000,
      maxEnqueuedMessages: 0,
    });
    this.ws.addEventListener("open", () => this.greet());
    this.ws.addEventListener("message", (message) => this.hear(String(message.data)));
    this.ws.addEventListener("close", () => this.lost());
    this.ws.addEventListener("error", () => this.lost());
  }

  close(): void {
    this.settleTimers();
    this.ws.close();
  }

  wake(): void {
    if (!this.live && this.ws.readyState !== this.ws.CONNECTING) this.ws.reconnect();
  }

  /** Begin anew with a ticket of now: the streams stand in the ticket. */
  renew(): void {
    this.forgetTicket();
    this.settleTimers();
    this.ws.reconnect();
  }

  /** Tell the server what is stored here, at most every two seconds. */
  acknowledge(cursors: Cursors): void {
    this.acked = { ...cursors };
    if (!this.live || this.ackPlanned) return;
    this.ackPlanned = setTimeout(() => {
      this.ackPlanned = null;
      if (this.live) this.send({ k: "ack", cursors: this.acked });
    }, ACK_EVERY_MS);
  }

  private async nextUrl(): Promise<string> {
    const pause = this.holdUntil - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      // a ticket that came with a pong spares the server a request for each phone that returns after a restart
      if (performance.now() - this.ticketAt > TICKET_MS) this.keepTicket(await this.listeners.ticket());
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        this.ws.close();
        this.listeners.signedOut();
      }
      throw error;
    }
    return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
  }

  private keepTicket(ticket: string): void {
    this.ticket = ticket;
    this.ticketAt = performance.now();
  }

  private forgetTicket(): void {
    this.ticketAt = -Infinity;
  }

  private greet(): void {
    const { epoch, cursors } = this.listeners.mark();
    this.send({ k: "hello", v: 1, ticket: this.ticket, epoch, cursors, ...this.health() });
  }

  private health(): { health?: DeviceHealth } {
    const health = this.listeners.health();
    return health ? { health } : {};
  }

  private hear(text: string): void {
    const frame = JSON.parse(text) as AnyFrame;
    switch (frame.k) {
      case "ok":
        this.welcomed(frame.ping);
        return this.collect(frame);
      case "ev":
      case "hint":
      case "heads":
        return this.collect(frame);
      case "letter":
        return this.listeners.letter({ t: frame.t, division: frame.division, version: frame.version });
      case "resync":
        return this.listeners.resync(frame.reason);
      case "bye":
        return this.sentAway(frame.code, frame.retry_after ?? 1);
      case "pong":
        if (frame.ticket) this.keepTicket(frame.ticket);
        if (this.pongDue) clearTimeout(this.pongDue);
        this.pongDue = null;
    }
  }

  private sentAway(code: number, retryAfterS: number): void {
    // spread the return of everybody who was sent away at the same moment
    this.holdUntil = performance.now() + retryAfterS * 1000 * (1 + Math.random());
    if (code !== NO_TICKET && code !== RIGHTS_GONE) return;
    this.forgetTicket();
    if (code === RIGHTS_GONE) this.listeners.resync("streams");
  }

  /** Frames of one burst are handed on together: one transaction instead of fifty. */
  private collect(frame: ServerFrame): void {
    this.inbox.push(frame);
    if (this.inbox.length > 1) return;
    setTimeout(() => this.listeners.frames(this.inbox.splice(0)), 10);
  }

  private welcomed(pingS: number): void {
    this.live = true;
    this.listeners.state("live");
    if (this.pinger) clearInterval(this.pinger);
    this.pinger = setInterval(() => this.ping(), pingS * 1000);
  }

  private ping(): void {
    this.send({ k: "ping", ...this.health() });
    // a dead mobile connection stays "open" for minutes: no pong, no connection
    this.pongDue ??= setTimeout(() => {
      this.pongDue = null;
      this.lost();
      this.ws.reconnect();
    }, PONG_WITHIN_MS);
  }

  private lost(): void {
    if (this.live) this.listeners.state("connecting");
    this.settleTimers();
  }

  private settleTimers(): void {
    this.live = false;
    if (this.pinger) clearInterval(this.pinger);
    if (this.pongDue) clearTimeout(this.pongDue);
    if (this.ackPlanned) clearTimeout(this.ackPlanned);
    this.pinger = this.pongDue = this.ackPlanned = null;
  }

  private send(frame: object): void {
    this.ws.send(JSON.stringify(frame));
  }
}
