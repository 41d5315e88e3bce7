import { ref } from "vue";

import type { Position } from "@/domain/views";

/** Where the phone last was, for distances in lists; asked for only where permission has been given. */
export const here = ref<Position | null>(null);
export type NoFix = "insecure" | "denied" | "no_signal";

const toPosition = ({ coords }: GeolocationPosition): Position => ({
  lon: coords.longitude,
  lat: coords.latitude,
  accuracy_m: Math.round(coords.accuracy),
});

/** A fix now, or why there is none. Rejects with a `NoFix`. */
export function locate(timeoutMs = 20_000, maximumAge = 0): Promise<Position> {
  return new Promise((resolve, reject) => {
    if (!window.isSecureContext || !navigator.geolocation) return reject("insecure" satisfies NoFix);
    navigator.geolocation.getCurrentPosition(
      (fix) => resolve((here.value = toPosition(fix))),
      (error) => reject((error.code === error.PERMISSION_DENIED ? "denied" : "no_signal") satisfies NoFix),
      { enableHighAccuracy: true, timeout: timeoutMs, maximumAge },
    );
  });
}

/** Know the distance without a question: only when the person has allowed it before. */
export async function locateQuietly(): Promise<void> {
  try {
    const permission = await navigator.permissions.query({ name: "geolocation" });
    if (permission.state === "granted") await locate(10_000, 300_000);
  } catch {
    // no fix, no distance: the list works without
  }
}
