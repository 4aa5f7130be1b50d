/** Pictures and sound as the desk uses them; one implementation speaks to the media engine. */
import { createContext, use, useSyncExternalStore } from "react";
import type { Scene, Source, Word } from "../api/messages";
import type { Line } from "../domain/wall";
import type { Store } from "../engine/store";

/** "refused": the browser gives no microphone; "away": the talk room is not connected. */
export type TalkState = "off" | "starting" | "on" | "refused" | "away";

/** What the desk wants to receive now. */
export interface DeskWish {
  readonly word: Word;
  readonly preview: Scene;
  /** Heights of the two pictures in px. */
  readonly programHeight: number;
  readonly previewHeight: number;
  /** The wall shows stills. */
  readonly stills: boolean;
}

/** Packets of a site's camera as received here. */
export interface Packets {
  readonly received: number;
  readonly lost: number;
}

export interface DeskMedia {
  /** Since when the engine is out of reach (ms), or null. */
  readonly lostSince: Store<number | null>;
  readonly lines: Store<ReadonlyMap<string, Line>>;
  /** Grows with each change of tracks. */
  readonly revision: Store<number>;
  readonly talk: Store<TalkState>;
  /** Sites heard beside the conference: microphone tests and calls. */
  readonly calling: Store<readonly string[]>;
  readonly hearing: Store<string | null>;
  readonly muted: Store<boolean>;
  /** The browser holds sound back until a press. */
  readonly soundBlocked: Store<boolean>;
  wish(wish: DeskWish): void;
  picture(site: string, source: Source): MediaStreamTrack | null;
  /** The sound of an identity in the conference, if it is received. */
  sound(identity: string): MediaStreamTrack | null;
  /** The sound of the site that is heard beside the conference. */
  heard(): MediaStreamTrack | null;
  hear(site: string | null): void;
  mute(muted: boolean): void;
  enableSound(): void;
  startTalk(): void;
  stopTalk(): void;
  /** Draw stills of a site into a canvas until the returned act is called. */
  still(site: string, canvas: HTMLCanvasElement): () => void;
  packets(site: string): Promise<Packets | null>;
}

export const MediaContext = createContext<DeskMedia | null>(null);

export function useMedia(): DeskMedia {
  const media = use(MediaContext);
  if (media === null) throw new Error("The desk has no media");
  return media;
}

/** The picture of a site, renewed when tracks come and go. */
export function usePicture(site: string, source: Source): MediaStreamTrack | null {
  const media = useMedia();
  return useSyncExternalStore(media.revision.subscribe, () => media.picture(site, source));
}
