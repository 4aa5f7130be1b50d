// Receive exactly what is wanted: pictures that a scene shows, sound that the word names.
import {
  type RemoteParticipant,
  type RemoteTrackPublication,
  type Room,
  Track,
  VideoQuality,
} from "livekit-client";
import type { Source } from "../api/messages";
import { siteOf } from "../domain/word";
import type { PictureQuality, WantedPicture } from "../domain/scene";

const QUALITY: Record<PictureQuality, VideoQuality> = {
  low: VideoQuality.LOW,
  medium: VideoQuality.MEDIUM,
  high: VideoQuality.HIGH,
};

export const SOURCE: Record<Source, Track.Source> = {
  camera: Track.Source.Camera,
  screen: Track.Source.ScreenShare,
};

/** The participant that is a site now: of several seats the one that joined last. */
export function participantOf(room: Room, site: string): RemoteParticipant | null {
  let found: RemoteParticipant | null = null;
  for (const participant of room.remoteParticipants.values()) {
    if (siteOf(participant.identity) !== site) continue;
    if (!found || (participant.joinedAt?.getTime() ?? 0) >= (found.joinedAt?.getTime() ?? 0)) found = participant;
  }
  return found;
}

/** The picture of a site, if it is being received. */
export function pictureOf(room: Room | null, site: string, source: Source): MediaStreamTrack | null {
  const publication = room ? participantOf(room, site)?.getTrackPublication(SOURCE[source]) : undefined;
  if (!publication?.track || publication.isMuted) return null;
  return publication.track.mediaStreamTrack;
}

function want(publication: RemoteTrackPublication, wanted: boolean): void {
  if (publication.isDesired !== wanted) publication.setSubscribed(wanted);
}

export interface Wanted {
  pictures: readonly WantedPicture[];
  /** By identity, never by site or source: the word names who may be heard. */
  hears: (identity: string) => boolean;
  /** Publications of pictures left to another hand (the desk's stills). */
  leave?: (publication: RemoteTrackPublication) => boolean;
}

/** Bring the subscriptions of a room to what is wanted. Cheap when nothing changed. */
export function applyWanted(room: Room, wanted: Wanted): void {
  const now = new Map(wanted.pictures.map((picture) => [`${picture.site} ${SOURCE[picture.source]}`, picture]));
  const seats = new Map<string, RemoteParticipant | null>();
  for (const participant of room.remoteParticipants.values()) {
    const site = siteOf(participant.identity);
    if (site !== null && !seats.has(site)) seats.set(site, participantOf(room, site));
    for (const publication of participant.trackPublications.values()) {
      const remote = publication as RemoteTrackPublication;
      if (remote.kind === Track.Kind.Audio) {
        want(remote, wanted.hears(participant.identity));
        continue;
      }
      if (wanted.leave?.(remote)) continue;
      const picture = site === null || seats.get(site) !== participant ? undefined : now.get(`${site} ${remote.source}`);
      want(remote, picture !== undefined);
      if (picture) {
        if (!remote.isEnabled) remote.setEnabled(true);
        remote.setVideoQuality(QUALITY[picture.quality]);
      }
    }
  }
}
