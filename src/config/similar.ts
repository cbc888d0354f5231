/** Edits (insert, delete, replace, swap of neighbours) that turn one text into the other. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1] ?? [];
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = at(above, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(at(above, j) + 1, at(row, j - 1) + 1, replace);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, at(rows[i - 2] ?? [], j - 2) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return at(rows[a.length] ?? [], b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

/**
 * The known name that was probably meant: at most two edits away, one for names of up to four characters (two would turn
 * any short word into any other).
 */
export function closest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = 3;
  for (const candidate of known) {
    // The difference in length is a lower bound: long names are not worth a table.
    if (Math.abs(candidate.length - name.length) > 2) continue;
    const allowed = Math.min(candidate.length, name.length) <= 4 ? 1 : 2;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The known name of dotted words that shares most of its words with a name; undefined where none shares half of them. */
export function closestWords(name: string, known: Iterable<string>): string | undefined {
  const words = (text: string): string[] => text.toLowerCase().split(/[._\s-]+/);
  const wanted = words(name);
  let best: string | undefined;
  let bestShare = 0;
  for (const candidate of known) {
    const own = words(candidate);
    const common = own.filter((word) => wanted.some((one) => one === word || closest(one, [word]) !== undefined)).length;
    const share = (2 * common) / (own.length + wanted.length);
    if (share >= 0.5 && share > bestShare) {
      best = candidate;
      bestShare = share;
    }
  }
  return best;
}
