import type { ReactNode } from "react";

/** A key cap, shown beside what the key does. */
export function Key({ children }: { children: ReactNode }) {
  return <kbd className="u-key">{children}</kbd>;
}
