// Text tables: Vietnamese first, English beside it. A text is looked up by name, never by string.
import { useSyncExternalStore } from "react";

export type Language = "vi" | "en";
/** One text: Vietnamese, English. `{name}` is filled from the values. */
export type Text = readonly [vi: string, en: string];
export type TextTable = Readonly<Record<string, Text>>;
export type Values = Readonly<Record<string, string | number>>;
export type Translate<T extends TextTable> = (key: keyof T & string, values?: Values) => string;

const STORED = "diemcau.language";
const listeners = new Set<() => void>();
let current: Language = "vi";

export function language(): Language {
  return current;
}

/** Take the stored language, else the page's (`data-lang`). */
export function startLanguage(fromPage: string | undefined): void {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(STORED);
  } catch {
    stored = null; // storage may be forbidden; the page's language stands
  }
  const wanted = stored ?? fromPage;
  current = wanted === "en" ? "en" : "vi";
  document.documentElement.lang = current;
}

export function setLanguage(next: Language): void {
  current = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // storage may be forbidden; the choice then holds until the page is left
  }
  for (const listener of listeners) listener();
}

export function fill(text: string, values?: Values): string {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}

export function translate<T extends TextTable>(
  table: T,
  key: keyof T & string,
  values?: Values,
  inLanguage: Language = current,
): string {
  const text = table[key];
  if (!text) return key;
  return fill(inLanguage === "en" ? text[1] : text[0], values);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language);
}

/** The table in the reader's language; the component renders again when it changes. */
export function useText<T extends TextTable>(table: T): Translate<T> {
  const now = useLanguage();
  return (key, values) => translate(table, key, values, now);
}
