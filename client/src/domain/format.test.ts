import { describe, expect, it } from "vitest";
import { clockTime, dayMonthYear, dbfs, duration, elapsed, hourMinute, level, meterShare, percent } from "./format";

describe("figures", () => {
  it("give official time, whatever zone the computer is set to", () => {
    expect(hourMinute("2026-11-20T02:47:11Z")).toBe("09:47");
    expect(clockTime("2026-11-20T02:47:11Z")).toBe("09:47:11");
    expect(hourMinute("2026-11-20T17:05:00Z")).toBe("00:05");
    expect(dayMonthYear("2026-11-20T17:05:00Z")).toBe("21/11/2026");
  });

  it("count minutes and, from one hour on, hours", () => {
    expect(duration(134_900)).toBe("02:14");
    expect(duration(3_734_000)).toBe("1:02:14");
    expect(duration(-5)).toBe("00:00");
  });

  it("never run backwards when the computer's clock is behind", () => {
    expect(elapsed("2026-11-20T02:47:11Z", Date.parse("2026-11-20T02:47:10Z"))).toBe(0);
    expect(elapsed(null, 5)).toBe(0);
  });

  it("have a decimal comma in Vietnamese and a true minus sign", () => {
    expect(percent(0.004)).toBe("0,4 %");
    expect(percent(0.004, "en")).toBe("0.4 %");
    expect(level(-21.4)).toBe("−21 dBFS");
  });

  it("measure levels in dBFS", () => {
    expect(dbfs(1)).toBe(0);
    expect(dbfs(0.1)).toBeCloseTo(-20);
    expect(dbfs(0)).toBe(-90);
    expect(meterShare(-60)).toBe(0);
    expect(meterShare(0)).toBe(1);
    expect(meterShare(-30)).toBe(0.5);
  });
});
