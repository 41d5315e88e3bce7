const here = new Map<string, Promise<unknown>>();

/**
 * Run `work` while nobody else on this phone does: across tabs where the browser has locks, else within this tab,
 * where the server's knowledge of op ids keeps a second sender harmless. Returns null when somebody is at it.
 */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T | null> {
  if (typeof navigator !== "undefined" && navigator.locks) {
    return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : null)) as Promise<T | null>;
  }
  if (here.has(name)) return null;
  const turn = work();
  here.set(name, turn);
  try {
    return await turn;
  } finally {
    here.delete(name);
  }
}
