import { v7 as uuid } from "uuid";

import { withDatabase, write, type PhoneSchema } from "./database";
import type { IDBPTransaction } from "idb";

/** This phone's id and its operation counter live side by side, so that they are lost, if ever, together. */
export async function deviceId(): Promise<string> {
  const held = await withDatabase((db) => db.get("device", "device"));
  if (held) return held.id;
  return write(["device"], "strict", async (transaction) => {
    const store = transaction.objectStore("device");
    const device = (await store.get("device")) ?? { id: uuid(), next_n: 1 };
    await store.put(device, "device");
    return device.id;
  });
}

/** The next number of this device, taken within the transaction that stores the operation. */
export async function takeNumber(
  transaction: IDBPTransaction<PhoneSchema, ("device" | "operations" | "drafts")[], "readwrite">,
): Promise<number> {
  const store = transaction.objectStore("device");
  const device = (await store.get("device")) ?? { id: uuid(), next_n: 1 };
  await store.put({ ...device, next_n: device.next_n + 1 }, "device");
  return device.next_n;
}
