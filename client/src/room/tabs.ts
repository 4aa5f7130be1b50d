// One conference, one window: two windows of one browser are the same device to the server, and
// would throw each other out. The newer window takes over; the older one says so.

export interface Tabs {
  /** This window is in the conference now. */
  claim(): void;
}

export function watchTabs(conference: number, onTaken: () => void): Tabs {
  if (typeof BroadcastChannel === "undefined") return { claim: () => undefined };
  const channel = new BroadcastChannel(`diemcau.room.${conference}`);
  channel.addEventListener("message", (event) => {
    if (event.data === "claim") onTaken(); // a window does not hear itself
  });
  return { claim: () => channel.postMessage("claim") };
}
