import { memo, useEffect, useRef } from "react";

/** A moving picture. Until its first frame it is invisible, and what lies beneath (the name card) shows. */
export const Picture = memo(function Picture({ track, mirrored = false }: { track: MediaStreamTrack; mirrored?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.dataset.live = "no";
    const onFrame = () => {
      element.dataset.live = "yes";
    };
    const onEnded = () => {
      element.dataset.live = "no";
    };
    element.addEventListener("loadeddata", onFrame);
    track.addEventListener("ended", onEnded);
    element.srcObject = new MediaStream([track]);
    // A muted video may always play; a refusal here means that the page is being left.
    element.play().catch(() => undefined);
    return () => {
      element.removeEventListener("loadeddata", onFrame);
      track.removeEventListener("ended", onEnded);
      element.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={video}
      className={mirrored ? "u-picture is-mirrored" : "u-picture"}
      muted
      autoPlay
      playsInline
      disablePictureInPicture
    />
  );
});
