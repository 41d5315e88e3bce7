import type { Cursors } from "./replica";

export type GapVerdict = "apply" | "drop" | "pull";

/** The next event is applied, an old one dropped, anything else means something is missing. */
export function judgeGap(cursor: number | undefined, q: number): GapVerdict {
  if (cursor === undefined) return "pull";
  if (q === cursor + 1) return "apply";
  return q <= cursor ? "drop" : "pull";
}

export const behind = (cursors: Cursors, heads: Cursors): boolean =>
  Object.entries(heads).some(([stream, head]) => (cursors[stream] ?? -1) < head);

/** `p:0192…:41,g:7:3`: stream ids hold a colon, so the number stands after the last one. */
export const cursorText = (cursors: Cursors): string =>
  Object.entries(cursors).map(([stream, seq]) => `${stream}:${seq}`).join(",");
