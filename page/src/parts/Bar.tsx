// A bar in parts: each part of `total` in its colour. Said as one sentence to those who do not see it.
interface Part {
  kind: 'good' | 'bad' | 'warn' | 'info' | 'none';
  value: number;
}

export function Bar({ label, parts, total }: { label: string; parts: readonly Part[]; total: number }) {
  const done = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    <div className="bar" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={Math.max(total, 1)} aria-valuenow={Math.min(done, Math.max(total, 1))}>
      {parts.map((part) => (
        <span key={part.kind} className={`bar-part bar-${part.kind}`} style={{ width: `${total > 0 ? (100 * part.value) / total : 0}%` }} />
      ))}
    </div>
  );
}
