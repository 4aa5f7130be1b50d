import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Key } from "./Key";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** action: the one main act. quiet: without frame. danger: ends or removes something. */
  kind?: "action" | "normal" | "quiet" | "danger" | "go";
  /** desk 32 px, site 48 px, chair 72 px. */
  size?: "desk" | "site" | "large";
  icon?: ReactNode;
  /** The key that does the same, shown beside the label. */
  keys?: string;
  wide?: boolean;
}

export function Button({
  kind = "normal",
  size = "site",
  icon,
  keys,
  wide,
  className,
  children,
  ...rest
}: ButtonProps) {
  const names = ["u-button", `u-button--${kind}`, `u-button--${size}`];
  if (wide) names.push("u-button--wide");
  if (className) names.push(className);
  return (
    <button type="button" {...rest} className={names.join(" ")}>
      {icon ? <span className="u-button__icon" aria-hidden="true">{icon}</span> : null}
      <span className="u-button__label">{children}</span>
      {keys ? <Key>{keys}</Key> : null}
    </button>
  );
}
