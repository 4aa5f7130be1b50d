import { useSyncExternalStore } from "react";
import { clockTime, hourMinute } from "../domain/format";

// One timer for the page, on whole seconds; components that show time share it.
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | null = null;
let now = Date.now();

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
  timer = setTimeout(tick, 1000 - (Date.now() % 1000));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) {
    now = Date.now();
    timer = setTimeout(tick, 1000 - (now % 1000));
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearTimeout(timer);
      timer = null;
    }
  };
}

/** The time in milliseconds, renewed each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function Clock({ seconds = false, className }: { seconds?: boolean; className?: string }) {
  const at = useNow();
  return <time className={className ?? "u-clock"}>{seconds ? clockTime(at) : hourMinute(at)}</time>;
}
