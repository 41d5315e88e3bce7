import { say } from "@/i18n";
import type { Saying } from "@/domain/times";

/** 800 米 · 2.4 公里 */
export function distanceText(metres: number): string {
  if (metres < 995) return say("distance.m", { n: Math.max(10, Math.round(metres / 10) * 10) });
  return say("distance.km", { n: metres < 9_950 ? (metres / 1000).toFixed(1) : Math.round(metres / 1000) });
}

export const spoken = ({ key, values }: Saying): string => say(key, values);
