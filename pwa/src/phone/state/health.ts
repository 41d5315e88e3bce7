import { put } from "@/api/client";
import type { DeviceHealth } from "@/realtime/server";
import { VERSION } from "@/version";
import { useConnection } from "./connection";
import { useWork } from "./work";

const TELL_EVERY_MS = 60_000;

/** What the office may know of this phone: how much it still holds, as on its screen, and which build it runs. */
export function health(): DeviceHealth {
  const { unsent, oldest } = useWork();
  return { unsent: unsent.length, oldest, app: VERSION, at: new Date().toISOString() };
}

/** For times without a socket, whose pings tell it otherwise: by request, at most once a minute. */
export class HealthByRequest {
  private told = performance.now();

  async tell(): Promise<void> {
    const present = performance.now();
    if (useConnection().feed === "live") this.told = present;
    if (present - this.told < TELL_EVERY_MS) return;
    this.told = present;
    await put("/api/device", health()).catch(() => undefined); // news of work, never a condition of it
  }
}
