/** What stands where a picture is missing: never a blank or black pane. */
export function NameCard({ name, detail, note }: { name: string; detail?: string; note?: string }) {
  return (
    <div className="u-namecard">
      <span className="u-namecard__name">{name}</span>
      {detail ? <span className="u-namecard__detail">{detail}</span> : null}
      {note ? <span className="u-namecard__note">{note}</span> : null}
    </div>
  );
}
