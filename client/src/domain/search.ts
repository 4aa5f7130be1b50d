/** Type-to-find: marks, case and punctuation do not matter, and initials find a name too. */

export interface Findable {
  readonly site: string;
  readonly number: number;
  readonly name: string;
  readonly short_name: string;
}

/** The text in plain small letters: "Xã Đạ Tẻh" → "xa da teh", "D’Ran" → "dran". */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .replace(/['’‘ʼ`]/g, "")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

/** The first letters of the words: "Xã Đạ Tẻh" → "xdt". */
export function initials(text: string): string {
  return fold(text)
    .split(" ")
    .map((word) => word.charAt(0))
    .join("");
}

const NOT_FOUND = 0;

/** How well a name answers the query: 0 not at all, more is better. */
export function rankName(query: string, name: string): number {
  const asked = fold(query);
  if (asked === "") return NOT_FOUND;
  const folded = fold(name);
  if (folded === asked) return 90;
  if (folded.startsWith(asked)) return 80;
  if (` ${folded}`.includes(` ${asked}`)) return 70;
  const compact = asked.replaceAll(" ", "");
  const letters = initials(name);
  if (letters.startsWith(compact)) return 60;
  if (letters.includes(compact)) return 50;
  const words = asked.split(" ");
  const held = folded.split(" ");
  if (words.every((word) => held.some((own) => own.startsWith(word)))) return 40;
  if (folded.replaceAll(" ", "").includes(compact)) return 30;
  return NOT_FOUND;
}

/** How well a site answers the query: its number, its short name, its full name. */
export function rankSite(query: string, site: Findable): number {
  const digits = query.trim();
  if (/^\d+$/.test(digits) && Number(digits) === site.number) return 100;
  return Math.max(rankName(query, site.short_name), rankName(query, site.name));
}

/** The sites that answer the query, best first, then by number. */
export function find<T extends Findable>(query: string, sites: readonly T[]): readonly T[] {
  return sites
    .map((site) => ({ site, rank: rankSite(query, site) }))
    .filter((found) => found.rank > NOT_FOUND)
    .sort((a, b) => b.rank - a.rank || a.site.number - b.site.number)
    .map((found) => found.site);
}
