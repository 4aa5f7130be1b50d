// Sound that is played: one hidden audio element per subscribed track.
import { type RemoteTrack, type Room, RoomEvent, Track } from "livekit-client";

/** Play what is subscribed in this room; `allowed` is asked once more before a track is heard. */
export function playSound(room: Room, allowed: (identity: string) => boolean): void {
  const playing = new Map<RemoteTrack, HTMLMediaElement>();
  const stop = (track: RemoteTrack) => {
    const element = playing.get(track);
    playing.delete(track);
    track.detach();
    element?.remove();
  };
  room
    .on(RoomEvent.TrackSubscribed, (track: RemoteTrack, _publication, participant) => {
      if (track.kind !== Track.Kind.Audio || !allowed(participant.identity)) return;
      const element = track.attach();
      element.hidden = true;
      element.dataset.identity = participant.identity;
      playing.set(track, element);
      document.body.append(element);
    })
    .on(RoomEvent.TrackUnsubscribed, (track: RemoteTrack) => {
      if (track.kind === Track.Kind.Audio) stop(track);
    })
    .on(RoomEvent.Disconnected, () => {
      for (const track of [...playing.keys()]) stop(track);
    });
}
