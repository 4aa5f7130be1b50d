import { memo } from "react";

export interface MeterProps {
  /** 0–1 */
  value: number;
  cells?: number;
  /** Share from which the cells turn orange (too loud). */
  warnFrom?: number;
  label: string;
  size?: "small" | "normal";
}

/** Level meter of cells. It draws a whole number of cells, so that a quiet level costs no repaint. */
export const Meter = memo(
  function Meter({ value, cells = 24, warnFrom = 0.85, label, size = "normal" }: MeterProps) {
    const lit = Math.round(Math.min(1, Math.max(0, value)) * cells);
    const warn = Math.round(warnFrom * cells);
    return (
      <span
        className={`u-meter u-meter--${size}`}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round((lit / cells) * 100)}
      >
        {Array.from({ length: cells }, (_, index) => (
          <span
            key={index}
            className={index < lit ? (index >= warn ? "u-meter__cell is-warn" : "u-meter__cell is-on") : "u-meter__cell"}
          />
        ))}
      </span>
    );
  },
  (before, after) =>
    before.label === after.label &&
    before.cells === after.cells &&
    Math.round(before.value * (before.cells ?? 24)) === Math.round(after.value * (after.cells ?? 24)),
);
