/** One line with a value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Family {
  name: string;
  type: string;
  unit: string | undefined;
  help: string;
  samples: Sample[];
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|\+Inf|NaN)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;

/** What the samples of a family may be called, by its type: in OpenMetrics, and in the text format of Prometheus. */
const SUFFIXES: Record<string, { openmetrics: string[]; prometheus: string[] }> = {
  counter: { openmetrics: ['_total'], prometheus: [''] },
  gauge: { openmetrics: [''], prometheus: [''] },
  summary: { openmetrics: ['', '_sum', '_count'], prometheus: ['', '_sum', '_count'] },
  histogram: { openmetrics: ['_bucket', '_sum', '_count'], prometheus: ['_bucket', '_sum', '_count'] },
  stateset: { openmetrics: [''], prometheus: [] },
  info: { openmetrics: ['_info'], prometheus: [] },
};

/**
 * Reads metrics by the letter of their format: each family once, its lines together, each line once, names and values as they must be.
 *
 * @throws naming the line that is wrong.
 */
export function parseExposition(text: string, format: 'openmetrics' | 'prometheus'): Map<string, Family> {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('does not end in a line break');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('does not end in # EOF');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let family: Family | undefined;
  for (const line of lines) {
    if (line === '' && format === 'prometheus') continue;
    const [, word, name = '', rest = ''] = /^# (TYPE|UNIT|HELP) (\S+) ?(.*)$/.exec(line) ?? [];
    if (word !== undefined) {
      if (family?.name !== name) {
        if (families.has(name)) throw new Error(`a family twice: ${line}`);
        family = { name, type: '', unit: undefined, help: '', samples: [] };
        families.set(name, family);
      }
      if (family.samples.length > 0) throw new Error(`behind the samples: ${line}`);
      if (word === 'TYPE') family.type = rest;
      if (word === 'HELP') family.help = rest;
      if (word === 'UNIT') family.unit = rest;
      continue;
    }
    if (family === undefined) throw new Error(`belongs to no family: ${line}`);
    const sample = parseLine(line);
    const suffixes = SUFFIXES[family.type]?.[format] ?? [];
    if (!suffixes.some((suffix) => sample.name === `${family?.name}${suffix}`)) throw new Error(`no name for a ${family.type}: ${line}`);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(key)) throw new Error(`a line twice: ${line}`);
    seen.add(key);
    family.samples.push(sample);
  }
  for (const one of families.values()) check(one);
  return families;
}

function parseLine(line: string): Sample {
  const [, name, inside = '', value] = LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = Object.create(null);
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inside.length) {
    const [, label, text] = LABEL.exec(inside) ?? [];
    if (label === undefined || text === undefined) throw new Error(`labels that cannot be read: ${line}`);
    if (Object.hasOwn(labels, label)) throw new Error(`a label twice: ${line}`);
    labels[label] = text.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function check({ name, type, unit, samples }: Family): void {
  if (!(type in SUFFIXES)) throw new Error(`${name} has no type that is known: ${type}`);
  if (unit !== undefined && !name.endsWith(`_${unit}`)) throw new Error(`${name} does not end in its unit ${unit}`);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} counts below 0`);
  if (type === 'stateset' && samples.some(({ labels, value }) => !(name in labels) || ![0, 1].includes(value))) {
    throw new Error(`${name} is no set of states`);
  }
}

/** The value of the one sample with these labels. */
export function sampleValue(families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number | undefined {
  const samples = [...families.values()].flatMap((family) => family.samples).filter((sample) => sample.name === name);
  return samples.find((sample) => JSON.stringify(Object.entries(sample.labels).sort()) === JSON.stringify(Object.entries(labels).sort()))
    ?.value;
}
