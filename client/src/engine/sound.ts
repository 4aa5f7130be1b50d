// Sound that is played: one hidden audio element per subscribed track.
import { type RemoteTrack, type Room, RoomEvent, Track } from "livekit-client";

/** Play what is subscribed in this room; `allowed` is asked once more before a track is heard. */
export function playSound(room: Room, allowed: (identity: string) => boolean): void {
  room
    .on(RoomEvent.TrackSubscribed, (track: RemoteTrack, _publication, participant) => {
      if (track.kind !== Track.Kind.Audio || !allowed(participant.identity)) return;
      const element = track.attach();
      element.hidden = true;
      element.dataset.identity = participant.identity;
      document.body.append(element);
    })
    .on(RoomEvent.TrackUnsubscribed, (track: RemoteTrack) => {
      if (track.kind !== Track.Kind.Audio) return;
      for (const element of track.detach()) element.remove();
    });
}
