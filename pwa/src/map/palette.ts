/** The colours of the theme for canvas drawing, which cannot read CSS variables by itself. */
export const RISKS = ["red", "orange", "yellow", "blue"] as const;
export type Risk = (typeof RISKS)[number];

export interface Palette {
  ink: string;
  ink2: string;
  card: string;
  lineStrong: string;
  accent: string;
  overdue: string;
  font: string;
  /** Fill of the classes 0 to 4: neutral, then lighter to deeper blue-green. */
  ramp: string[];
  /** What is written on each class. */
  onRamp: string[];
  risk: Record<Risk, string>;
}

/** How much of the accent is in each class above nothing. */
const SHARES = [0.16, 0.36, 0.62, 0.9];

export function readPalette(element: Element = document.documentElement): Palette {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const [ink, card, accent, accentInk] = [token("ink"), token("card"), token("accent"), token("accent-ink")];
  return {
    ink, card, accent,
    ink2: token("ink-2"),
    lineStrong: token("line-strong"),
    overdue: token("overdue"),
    font: token("font"),
    ramp: [token("sunken"), ...SHARES.map((share) => mix(card, accent, share))],
    onRamp: [ink, ink, ink, accentInk, accentInk],
    risk: {
      red: token("risk-major"), orange: token("risk-considerable"),
      yellow: token("risk-general"), blue: token("risk-low"),
    },
  };
}

/** `share` of the second colour over the first; both written as #rrggbb. */
export function mix(first: string, second: string, share: number): string {
  const [a, b] = [channels(first), channels(second)];
  return `rgb(${a.map((value, i) => Math.round(value + (b[i] - value) * share)).join(", ")})`;
}

function channels(colour: string): number[] {
  const digits = colour.replace("#", "");
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16));
}
