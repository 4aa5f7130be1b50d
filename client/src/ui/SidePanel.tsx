import { type ReactNode, useEffect, useId, useRef } from "react";

export interface SidePanelProps {
  /** Names the object: "Mời Xã Đạ Tẻh ra khỏi hội nghị?" */
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons. The one with `data-first` takes the focus: "Không". */
  actions: ReactNode;
}

/** A 480 px panel at the right edge for the few acts that ask. Esc closes it. */
export function SidePanel({ title, onClose, children, actions }: SidePanelProps) {
  const frame = useRef<HTMLDivElement>(null);
  const heading = useId();
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const before = document.activeElement;
    const element = frame.current;
    element?.querySelector<HTMLElement>("[data-first]")?.focus({ preventScroll: true });
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.code === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        close.current();
      }
      if (event.code === "Tab" && element) {
        const stops = [...element.querySelectorAll<HTMLElement>("button, input, textarea, select, a[href]")].filter(
          (stop) => !stop.hasAttribute("disabled"),
        );
        const first = stops[0];
        const last = stops[stops.length - 1];
        if (event.shiftKey && document.activeElement === first) {
          event.preventDefault();
          last?.focus({ preventScroll: true });
        } else if (!event.shiftKey && document.activeElement === last) {
          event.preventDefault();
          first?.focus({ preventScroll: true });
        }
      }
    };
    element?.addEventListener("keydown", onKey);
    return () => {
      element?.removeEventListener("keydown", onKey);
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <div className="u-panel" role="dialog" aria-modal="true" aria-labelledby={heading} ref={frame}>
      <h2 id={heading}>{title}</h2>
      <div className="u-panel__body">{children}</div>
      <div className="u-panel__actions">{actions}</div>
    </div>
  );
}
