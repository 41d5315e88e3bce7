/** How this device shows things: a choice of the person holding it, kept on the device. */
export const THEMES = ["system", "light", "dark", "sunlight"] as const;
export type Theme = (typeof THEMES)[number];
export interface Appearance {
  theme: Theme;
  largeText: boolean;
}

const KEY = "anwangge.appearance";
const darkScheme = () => matchMedia("(prefers-color-scheme: dark)");

export function readAppearance(): Appearance {
  try {
    const held = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Appearance>;
    const theme = THEMES.includes(held.theme as Theme) ? (held.theme as Theme) : "system";
    return { theme, largeText: held.largeText === true };
  } catch {
    return { theme: "system", largeText: false };
  }
}

export function applyAppearance(appearance: Appearance = readAppearance()): void {
  const { theme, largeText } = appearance;
  const root = document.documentElement;
  root.dataset.theme = theme === "system" ? (darkScheme().matches ? "dark" : "light") : theme;
  root.dataset.text = largeText ? "large" : "normal";
}

export function chooseAppearance(appearance: Appearance): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(appearance));
  } catch {
    // a browser that forbids storage still shows the choice until the page is closed
  }
  applyAppearance(appearance);
}

/** Follow the system while the person has chosen nothing else. */
export function followSystem(): void {
  darkScheme().addEventListener("change", () => applyAppearance());
}
