import type { ReactNode } from "react";

export type Tone = "neutral" | "red" | "green" | "yellow" | "orange" | "inverse" | "plain";

/** A short word with its shape: never colour alone. */
export function Badge({ tone = "neutral", icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={`u-badge u-badge--${tone}`}>
      {icon ? <span aria-hidden="true" className="u-badge__icon">{icon}</span> : null}
      {children}
    </span>
  );
}
