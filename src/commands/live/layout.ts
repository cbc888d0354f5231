/** A part of the view that can be drawn in more or fewer rows. */
export interface Section {
  /** Lower ones are given rows first. */
  rank: number;
  /** With fewer rows it is left out. */
  least: number;
  /** More rows are of no use to it. */
  most: number;
  /** Whether an empty line before it makes it easier to read. */
  apart?: boolean;
  /** At most so many lines; `rows` lies between `least` and `most`. */
  draw(rows: number): readonly string[];
}

/** Draws as many sections as there are rows for, in the order in which they stand: first each in its least form, then more of each. */
export function layOut(sections: readonly Section[], rows: number): string[] {
  const given = shareOut(sections, rows);
  const drawn = sections.flatMap((section) => {
    const own = given.get(section) ?? 0;
    return own > 0 ? [{ section, lines: section.draw(own) }] : [];
  });
  const used = drawn.reduce((sum, { lines }) => sum + lines.length, 0);
  const spaces = drawn.filter(({ section }, index) => section.apart && index > 0).length;
  const isLoose = used + spaces <= rows;
  return drawn.flatMap(({ section, lines }, index) => (isLoose && section.apart && index > 0 ? ['', ...lines] : lines));
}

function shareOut(sections: readonly Section[], rows: number): Map<Section, number> {
  const byRank = [...sections].sort((a, b) => a.rank - b.rank);
  const given = new Map<Section, number>();
  let left = rows;
  for (const section of byRank) {
    if (section.most < 1 || section.least > left) continue;
    given.set(section, section.least);
    left -= section.least;
  }
  for (const [section, least] of given) {
    const more = Math.min(section.most - least, left);
    given.set(section, least + more);
    left -= more;
  }
  return given;
}
