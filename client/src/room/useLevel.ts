import { useEffect, useState } from "react";
import { watchLevel } from "../engine/level";

/** Level of a microphone in dBFS (−90: nothing), about ten times a second. */
export function useLevel(track: MediaStreamTrack | null, onLevel?: (db: number) => void): number {
  const [db, setDb] = useState(-90);
  useEffect(() => {
    if (!track) {
      setDb(-90);
      return;
    }
    return watchLevel(track, (now) => {
      setDb(Math.round(now * 2) / 2);
      onLevel?.(now);
    });
  }, [track, onLevel]);
  return db;
}
