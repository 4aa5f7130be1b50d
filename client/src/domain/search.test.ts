import { expect, test } from "vitest";
import vectors from "../../../tests/vectors/search.json";
import { find, fold, initials, rankName } from "./search";

const site = (number: number, name: string, short_name: string) => ({
  site: `s${number}`,
  number,
  name,
  short_name,
});
const SITES = [
  site(1, "UBND tỉnh – Phòng họp số 1", "UBND tỉnh – P.1"),
  site(12, "Xã D’Ran", "D’Ran"),
  site(30, "Xã Đạ Tẻh", "Đạ Tẻh"),
  site(31, "Xã Đạ Tẻh 2", "Đạ Tẻh 2"),
  site(32, "Phường Mũi Né", "Mũi Né"),
  site(112, "Xã Đam Rông 3", "Đam Rông 3"),
];
const numbers = (query: string) => find(query, SITES).map((found) => found.number);

test("marks and capitals do not matter", () => {
  expect(fold("Xã ĐẠ TẺH")).toBe("xa da teh");
  expect(numbers("da teh")).toEqual([30, 31]);
  expect(numbers("mũi né")).toEqual([32]);
});

test("composed and decomposed letters are the same", () => {
  expect(fold("Đạ Tẻh".normalize("NFD"))).toBe(fold("Đạ Tẻh".normalize("NFC")));
});

test("initials find a name, with or without the kind of unit", () => {
  expect(initials("Xã Đạ Tẻh")).toBe("xdt");
  expect(numbers("dt")).toContain(30);
  expect(numbers("xdt")).toContain(30);
  expect(numbers("dr3")).toEqual([112]);
});

test("an apostrophe does not part a name", () => {
  expect(numbers("dran")).toContain(12);
  expect(numbers("d ran")).toContain(12);
});

test("the beginning of a word in the middle of a name is found", () => {
  expect(numbers("rong")).toEqual([112]);
  expect(rankName("ong", "Đam Rông 3")).toBeLessThan(rankName("rong", "Đam Rông 3"));
});

test("a number finds the site with that number first", () => {
  expect(numbers("12")[0]).toBe(12);
});

test("an empty query finds nothing", () => {
  expect(numbers("  ")).toEqual([]);
});

test("what stands nowhere is not found", () => {
  expect(numbers("ha noi")).toEqual([]);
});

test("the server's search and this one give the same answers", () => {
  for (const [text, folded] of vectors.fold) expect(fold(text ?? ""), text).toBe(folded);
  for (const [text, letters] of vectors.initials) expect(initials(text ?? ""), text).toBe(letters);
  for (const [query, name, rank] of vectors.rank)
    expect(rankName(String(query), String(name)), `${query} in ${name}`).toBe(rank);
});
