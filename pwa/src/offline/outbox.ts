import { post, Problem, Unreachable } from "@/api/client";
import type { OperationResult } from "@/domain/operations";
import { blobsOf, enterBlob } from "./blobs";
import type { OperationRecord } from "./database";
import { alone } from "./lock";
import { enterResults, enterTrouble, operationsOf } from "./operations";
import type { PhoneReplica } from "./replica";
import { uploadBlob } from "./upload";

const BATCH = 50;
const RETRY_MIN_MS = 5_000;
const RETRY_MAX_MS = 600_000;

export interface OutboxListeners {
  /** Something was stored, answered or uploaded. */
  changed?: () => void;
  /** A round is over, with whatever success. */
  tried?: () => void;
  signedOut?: () => void;
  /** The server named a new epoch; the journal was queued again. */
  epochChanged?: () => void;
}

interface OpsAnswer {
  epoch: string;
  server_time: string;
  results: OperationResult[];
}

/**
 * Sends one person's work: operations first, then the photos they name, as often as it takes.
 *
 * Only the server's durable answer, naming the op id within the epoch it was sent in, ends an operation's waiting.
 * A lost answer, an HTML page with status 200, a full disk over there: everything stays and goes out again.
 */
export class Outbox {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private running: Promise<void> | null = null;
  private again = false;
  private stopped = false;

  constructor(
    private readonly user_id: string,
    private readonly replica: PhoneReplica,
    private readonly listeners: OutboxListeners = {},
  ) {}

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  /** Send now; a call during a run makes it look once more at the end. Never rejects. */
  async flush(): Promise<void> {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.run().finally(() => (this.running = null));
    return this.running;
  }

  private async run(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    do {
      this.again = false;
      const finished = await alone(`anwangge.outbox.${this.user_id}`, () => this.sendAll());
      if (finished) this.failures = 0;
      else this.retryLater();
    } while (this.again && !this.stopped);
  }

  /** True when nothing is left to send. */
  private async sendAll(): Promise<boolean> {
    try {
      const done = await this.sendOperations();
      return (await this.sendBlobs()) && done;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.listeners.signedOut?.();
      return false;
    } finally {
      this.listeners.changed?.();
      this.listeners.tried?.();
    }
  }

  private async sendOperations(): Promise<boolean> {
    const queued = (await operationsOf(this.user_id)).filter(({ state }) => state === "queued");
    let done = true;
    for (let from = 0; from < queued.length; from += BATCH) {
      done = (await this.sendBatch(queued.slice(from, from + BATCH))) && done;
      this.listeners.changed?.();
    }
    return done;
  }

  private async sendBatch(batch: OperationRecord[]): Promise<boolean> {
    try {
      return await this.exchange(batch);
    } catch (error) {
      await enterTrouble(batch.map(({ op_id }) => op_id), codeOf(error));
      if (error instanceof Problem && error.code === "epoch_changed") return this.enterEpoch(String(error.fields.epoch));
      if (!splittable(error, batch)) throw error;
      // one operation the server cannot read must not keep the others back: send them apart
      const middle = Math.ceil(batch.length / 2);
      const first = await this.sendBatch(batch.slice(0, middle)).catch(keepGoing);
      return (await this.sendBatch(batch.slice(middle)).catch(keepGoing)) && first;
    }
  }

  private async exchange(batch: OperationRecord[]): Promise<boolean> {
    const { epoch } = await this.replica.mark();
    if (!epoch) return false; // the first session has not been read yet
    const ops = batch.map(({ op_id, n, type, target, client_time, body, blobs }) =>
      ({ op_id, n, type, target, client_time, body, blobs }));
    const answer = await post<OpsAnswer>("/api/ops", { v: 1, epoch, ops }, { timeoutMs: 60_000 });
    if (answer?.epoch !== epoch || !Array.isArray(answer.results)) throw new Unreachable("not_our_server");
    const asked = new Set(batch.map(({ op_id }) => op_id));
    const results = answer.results.filter(({ op_id }) => asked.has(op_id));
    await enterResults(this.user_id, epoch, results);
    const open = new Set(asked);
    results.filter(({ status }) => status !== "retry").forEach(({ op_id }) => open.delete(op_id));
    if (open.size) await enterTrouble([...open], "retry");
    return open.size === 0;
  }

  private async enterEpoch(epoch: string): Promise<boolean> {
    await this.replica.restart(epoch);
    this.listeners.epochChanged?.();
    this.again = true;
    return true;
  }

  /** Photos follow the operation that names them, so that the server knows whose they are. */
  private async sendBlobs(): Promise<boolean> {
    const told = (await operationsOf(this.user_id)).filter(({ state }) => state !== "queued");
    const named = new Set(told.flatMap(({ blobs }) => blobs));
    let done = true;
    for (const blob of await blobsOf(this.user_id)) {
      if (blob.state === "acked" || !named.has(blob.sha256)) continue;
      try {
        await uploadBlob(blob);
        await enterBlob(this.user_id, blob.sha256, { state: "acked", trouble: null });
      } catch (error) {
        done = false;
        await enterBlob(this.user_id, blob.sha256, { trouble: codeOf(error) });
        if (hopeless(error)) throw error; // the others would fare no better
      }
      this.listeners.changed?.();
    }
    return done;
  }

  /** Full jitter between 5 s and 10 min, growing: a town's phones must not come back in step. */
  private retryLater(): void {
    const ceiling = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.failures++);
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), Math.max(1_000, Math.random() * ceiling));
  }
}

const keepGoing = (error: unknown): false => {
  if (hopeless(error)) throw error;
  return false;
};
const hopeless = (error: unknown) =>
  error instanceof Unreachable || (error instanceof Problem && error.status === 401);
const codeOf = (error: unknown) =>
  error instanceof Problem ? error.code : error instanceof Unreachable ? error.reason : String(error);
const splittable = (error: unknown, batch: unknown[]) =>
  error instanceof Problem && error.status !== 401 && error.status < 500 && batch.length > 1;
