/**
 * A line outside the database that says what the database held. Browsers clear IndexedDB (eviction, a broken store)
 * without a word; without this line an empty phone would look like one that has sent everything.
 */
const KEY = "anwangge.held";

export interface Held {
  user_id: string;
  unsent: number;
  /** Found gone, and not yet read by the person. */
  lost?: true;
}

/** What is held now; a loss that nobody has read yet is not written over. */
export function bearWitness(held: Held): void {
  if (!witness()?.lost || held.lost) write(JSON.stringify(held));
}

export function witness(): Held | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Held | null;
  } catch {
    return null;
  }
}

/** The person signed out, or has read that it was lost. */
export function dismissWitness(): void {
  write(null);
}

function write(text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, text);
  } catch {
    // no such storage in this browser: nothing to compare with later
  }
}
