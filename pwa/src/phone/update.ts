import { ref } from "vue";
import { registerSW } from "virtual:pwa-register";

const CHECK_EVERY_MS = 3_600_000;

/** A newer app lies ready; taken when the person says so, never by itself in the middle of a form. */
export const updateReady = ref(false);
let reload: (() => Promise<void>) | null = null;
let taking = false;

export function watchForUpdates(): void {
  window.addEventListener("vite:preloadError", (event) => {
    // a part of this build is no longer on the server: offer the new one instead of a broken page
    event.preventDefault();
    updateReady.value = true;
  });
  if (!("serviceWorker" in navigator)) return;
  reload = registerSW({
    // another tab took the update: this one may hold a form, so it is asked, not reloaded under the hands
    onNeedReload: () => (taking ? location.reload() : void (updateReady.value = true)),
    onNeedRefresh: () => (updateReady.value = true),
    onRegisteredSW: (_url, registration) => {
      if (registration) setInterval(() => void registration.update().catch(() => undefined), CHECK_EVERY_MS);
    },
  });
}

export async function takeUpdate(): Promise<void> {
  updateReady.value = false;
  taking = true;
  await reload?.();
  setTimeout(() => location.reload(), 1_000);
}
