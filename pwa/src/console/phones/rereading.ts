import { onBeforeUnmount, onMounted, watch } from "vue";

/**
 * Read now, and again every `everyMs()` while the page is in view: nobody asks for what nobody looks at.
 * Another pace counts at once: who has just started a test must not wait for the end of a quiet half minute.
 */
export function useRereading(read: () => Promise<void>, everyMs: () => number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;

  async function turn(): Promise<void> {
    clearTimeout(timer);
    if (!document.hidden) await read();
    clearTimeout(timer); // two turns at once leave one timer
    if (!gone) timer = setTimeout(turn, everyMs());
  }
  const seenAgain = () => void (document.hidden || turn());

  watch(everyMs, turn);
  onMounted(() => {
    void turn();
    document.addEventListener("visibilitychange", seenAgain);
  });
  onBeforeUnmount(() => {
    gone = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seenAgain);
  });
}
