import { expect, it } from "vitest";
import { engineDelay, joinDelay } from "./backoff";

it("reconnects at once, then ever more slowly, at most every two seconds", () => {
  expect([0, 1, 2, 3, 4, 5, 6].map((count) => engineDelay(count, 0))).toEqual([0, 100, 200, 300, 500, 700, 1000]);
  expect(engineDelay(50, 19_000)).toBe(2000);
});

it("asks the server for a fresh place when the engine does not come back", () => {
  expect(engineDelay(15, 20_001)).toBeNull();
});

it("asks the server from 0.3 up to 3 seconds apart, without end", () => {
  expect(joinDelay(0)).toBe(300);
  expect(joinDelay(1)).toBe(480);
  expect(joinDelay(100)).toBe(3000);
});
