import { expect, it } from "vitest";
import { engineDelay, joinDelay } from "./backoff";

it("reconnects at once, then ever more slowly, at most every two seconds", () => {
  const delays = [...Array(20).keys()].map((count) => engineDelay(count, 0) ?? -1);
  expect(delays.slice(0, 6)).toEqual([0, 100, 150, 200, 200, 200]);
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
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
