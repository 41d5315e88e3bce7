import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from "idb";

import type { InspectionDraft } from "@/domain/inspection";
import type { OperationBodies, OperationResult, OperationState, OperationType } from "@/domain/operations";
import type { Me } from "@/domain/views";
import type { Cursors, Row, RowKind } from "@/realtime/replica";

/** Every record carries the person it belongs to: nobody sees, sends or drops another person's work. */
export interface OperationRecord<T extends OperationType = OperationType> {
  op_id: string;
  user_id: string;
  /** Counter of this device: the order in which things were done here, whatever the phone's clock says. */
  n: number;
  type: T;
  target: string;
  client_time: string;
  body: OperationBodies[T];
  blobs: string[];
  state: OperationState;
  tries: number;
  /** Why the last try failed, for the sync page; null while untried. */
  trouble: string | null;
  result: OperationAnswer | null;
  /** When the server settled later what it had put aside. */
  settled_at?: string;
  /** What it was about, written down when that was handed over to somebody else and left this phone. */
  handed_over?: string;
}

/** The durable answer, the epoch it was given in, and when it was given. */
export type OperationAnswer = OperationResult & { epoch: string; received_at: string };

export interface BlobRecord {
  user_id: string;
  sha256: string;
  type: string;
  size: number;
  created_at: string;
  state: "queued" | "acked";
  trouble: string | null;
}

export interface PhoneSchema extends DBSchema {
  operations: { key: string; value: OperationRecord; indexes: { of_user: string } };
  blobs: { key: [string, string]; value: BlobRecord; indexes: { of_user: string } };
  chunks: { key: [string, string, number]; value: ArrayBuffer };
  drafts: { key: [string, string]; value: InspectionDraft; indexes: { of_user: string } };
  rows: { key: [string, RowKind, string]; value: Row & { user_id: string }; indexes: { of_user: string } };
  marks: { key: string; value: { user_id: string; epoch: string | null; cursors: Cursors } };
  sessions: { key: string; value: { user_id: string; me: Me } };
  device: { key: "device"; value: { id: string; next_n: number } };
}

export type Stores = StoreNames<PhoneSchema>;
export type Transaction<Names extends Stores[] = Stores[]> = IDBPTransaction<PhoneSchema, Names, "readwrite">;

const NAME = "anwangge";
const VERSION = 1;

let opening: Promise<IDBPDatabase<PhoneSchema>> | null = null;
let onBlocked: () => void = () => undefined;

/** Called when an older copy of the app in another tab keeps the storage from being upgraded. */
export function whenBlocked(listener: () => void): void {
  onBlocked = listener;
}

export function database(): Promise<IDBPDatabase<PhoneSchema>> {
  opening ??= openDB<PhoneSchema>(NAME, VERSION, {
    upgrade: (db, from) => upgrade(db, from),
    blocked: () => onBlocked(),
    blocking: () => void closeDatabase(), // let the newer copy upgrade; the next call opens again
    terminated: () => (opening = null),
  }).catch((error: unknown) => {
    opening = null;
    throw error;
  });
  return opening;
}

/** Steps are only ever added: a store that holds a person's work is extended, never made anew. */
function upgrade(db: IDBPDatabase<PhoneSchema>, from: number): void {
  if (from < 1) {
    db.createObjectStore("operations", { keyPath: "op_id" }).createIndex("of_user", "user_id");
    db.createObjectStore("blobs", { keyPath: ["user_id", "sha256"] }).createIndex("of_user", "user_id");
    db.createObjectStore("chunks");
    db.createObjectStore("drafts", { keyPath: ["user_id", "task_id"] }).createIndex("of_user", "user_id");
    db.createObjectStore("rows", { keyPath: ["user_id", "k", "id"] }).createIndex("of_user", "user_id");
    db.createObjectStore("marks", { keyPath: "user_id" });
    db.createObjectStore("sessions", { keyPath: "user_id" });
    db.createObjectStore("device");
  }
}

export async function closeDatabase(): Promise<void> {
  const held = opening;
  opening = null;
  (await held?.catch(() => null))?.close();
}

/** Run against the database; once more on a fresh connection when the browser lost the old one (Safari does). */
export async function withDatabase<T>(work: (db: IDBPDatabase<PhoneSchema>) => Promise<T>): Promise<T> {
  try {
    return await work(await database());
  } catch (error) {
    if (!connectionLost(error)) throw error;
    await closeDatabase();
    return work(await database());
  }
}

const connectionLost = (error: unknown) =>
  error instanceof DOMException && ["InvalidStateError", "UnknownError"].includes(error.name);

/**
 * One write transaction. `strict` waits until the disk has it, which is what a person's own work deserves;
 * what the server can send again may be `relaxed`.
 */
export function write<Names extends Stores[], T>(
  stores: [...Names],
  durability: "strict" | "relaxed",
  work: (transaction: IDBPTransaction<PhoneSchema, Names, "readwrite">) => Promise<T>,
): Promise<T> {
  return withDatabase(async (db) => {
    const transaction = db.transaction(stores as Names, "readwrite", { durability });
    try {
      const [outcome] = await Promise.all([work(transaction), transaction.done]);
      return outcome;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // it had ended by itself
      }
      await transaction.done.catch(() => undefined);
      throw error;
    }
  });
}
