import { createI18n, type I18n } from "vue-i18n";

export const LOCALES = ["zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];
/** A tree of messages. The English file of an entry is typed by its Chinese one, so a missing word does not compile. */
export interface Messages {
  [key: string]: string | Messages;
}
export type Translation<M> = { [K in keyof M]: M[K] extends string ? string : Translation<M[K]> };
export type Words = I18n<Record<string, Messages>, Record<string, never>, Record<string, never>, string, false>;

const KEY = "anwangge.locale";

export function readLocale(): Locale {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh-CN";
  } catch {
    return "zh-CN";
  }
}

let loadEnglish: () => Promise<{ default: Messages }>;
let words: Words;

/** The words of one entry: Chinese at once, English fetched when somebody chooses it. */
export async function createWords(zh: Messages, english: () => Promise<{ default: Messages }>): Promise<Words> {
  loadEnglish = english;
  words = createI18n({ legacy: false, locale: "zh-CN", fallbackLocale: "zh-CN", messages: { "zh-CN": zh } }) as Words;
  await showLocale(readLocale()).catch(() => undefined); // without network the Chinese words are there
  return words;
}

export async function chooseLocale(locale: Locale): Promise<void> {
  await showLocale(locale);
  try {
    localStorage.setItem(KEY, locale);
  } catch {
    // shown until the page is closed
  }
}

export const currentLocale = (): Locale => words.global.locale.value as Locale;

/** Pick from a text the server sends in both languages: {zh, en}. */
export function pick(text: { zh: string; en: string } | null | undefined): string {
  if (!text) return "";
  return (currentLocale() === "en" ? text.en : text.zh) || text.zh;
}

/** Words outside a component. */
export const say = (key: string, values: Record<string, unknown> = {}): string => words.global.t(key, values);

async function showLocale(locale: Locale): Promise<void> {
  if (locale === "en" && !words.global.availableLocales.includes("en")) {
    words.global.setLocaleMessage("en", (await loadEnglish()).default);
  }
  words.global.locale.value = locale;
  document.documentElement.lang = locale;
}
