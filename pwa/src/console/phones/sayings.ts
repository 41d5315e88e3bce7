/** Spans of seconds as people say them. The words are in the message files. */
import type { Saying } from "@/domain/times";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Below this nobody needs to know that two clocks differ. */
const WORTH_SAYING_S = 60;

function span(s: number): { unit: string; n: number } {
  if (s >= DAY) return { unit: "days", n: Math.round(s / DAY) };
  if (s >= HOUR) return { unit: "hours", n: Math.round(s / HOUR) };
  return s >= MINUTE ? { unit: "minutes", n: Math.round(s / MINUTE) } : { unit: "seconds", n: s };
}

/** 快 7 分钟 · 慢 2 小时; null for a clock that is right, or was never told. */
export function skewSaying(skewS: number | null): Saying | null {
  if (skewS === null || Math.abs(skewS) < WORTH_SAYING_S) return null;
  const { unit, n } = span(Math.abs(skewS));
  return { key: `phones.${skewS > 0 ? "ahead" : "behind"}.${unit}`, values: { n } };
}

/** 3 秒 · 2 分钟 · 5 小时 */
export function spanSaying(s: number): Saying {
  const { unit, n } = span(s);
  return { key: `phones.span.${unit}`, values: { n } };
}
