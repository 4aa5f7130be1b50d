import { type CSSProperties, memo, type ReactNode, type Ref } from "react";
import type { Pane, Scene } from "../api/messages";
import { placed, type Rect } from "../domain/scene";

export interface SceneViewProps {
  scene: Scene;
  /** The picture of a pane, or null: its name card then stands alone. */
  picture: (pane: Pane, index: number) => ReactNode;
  /** Shown over the whole scene of a drill. */
  watermark?: string;
  /** Stands in an empty scene. */
  empty?: ReactNode;
  /** Accessible name. */
  label: string;
  ref?: Ref<HTMLDivElement>;
  className?: string;
}

const part = (value: number) => `${(value * 100).toFixed(4)}%`;

function place(rect: Rect): CSSProperties {
  return { left: part(rect.x), top: part(rect.y), width: part(rect.width), height: part(rect.height) };
}

/** A scene of 16:9: panes with picture, name card beneath, and caption. Fills its parent's width. */
export const SceneView = memo(function SceneView(props: SceneViewProps) {
  const { scene, picture, watermark, empty, label, ref, className } = props;
  const panes = placed(scene);
  return (
    <div
      ref={ref}
      className={className ? `u-scene ${className}` : "u-scene"}
      data-testid="scene"
      data-layout={scene.layout}
      role="group"
      aria-label={label}
    >
      {scene.panes.length === 0 ? <div className="u-scene__empty">{empty}</div> : null}
      {scene.panes.length > 0 &&
        panes.map(({ pane, rect, index }) =>
          pane ? (
            <figure
              key={`${pane.site} ${pane.source} ${index}`}
              className={`u-pane ${rect.width >= 0.5 ? "u-pane--large" : "u-pane--small"} u-pane--${pane.source}`}
              style={place(rect)}
              data-testid="pane"
              data-site={pane.site}
              data-source={pane.source}
            >
              <div className="u-pane__card" aria-hidden="true">
                <span className="u-namecard__name">{pane.caption}</span>
                {pane.detail ? <span className="u-namecard__detail">{pane.detail}</span> : null}
              </div>
              {picture(pane, index)}
              <figcaption className={index === 0 ? "u-caption u-caption--lead" : "u-caption"}>
                <span className="u-caption__name">{pane.caption}</span>
                {pane.detail && rect.width >= 0.5 ? <span className="u-caption__detail">{pane.detail}</span> : null}
              </figcaption>
            </figure>
          ) : (
            <div key={`free ${index}`} className="u-pane u-pane--free" style={place(rect)} />
          ),
        )}
      {watermark ? (
        <div className="u-scene__watermark" aria-hidden="true">
          {watermark}
        </div>
      ) : null}
    </div>
  );
});
