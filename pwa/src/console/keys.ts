import { onBeforeUnmount } from "vue";
import type { Router } from "vue-router";

/** What Esc does: the latest opened thing answers first; an answer of false lets the one before it try. */
const escapes: (() => boolean)[] = [];

export function onEscape(close: () => boolean): void {
  escapes.push(close);
  onBeforeUnmount(() => escapes.splice(escapes.indexOf(close), 1));
}

const PLACES: Record<string, string> = { d: "hand-out", w: "watch", h: "hazards", p: "phones" };
const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable);

/** `/` search · `g` and a letter to go · Esc closes the top thing. */
export function listenToKeys(router: Router): () => void {
  let going = false;
  const heard = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if ([...escapes].reverse().some((close) => close())) event.preventDefault();
      return;
    }
    if (typing(event.target)) return;
    if (going && PLACES[event.key]) void router.push({ name: PLACES[event.key] });
    going = event.key === "g";
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector<HTMLInputElement>("input[data-search]")?.focus();
    }
  };
  window.addEventListener("keydown", heard);
  return () => window.removeEventListener("keydown", heard);
}
