import type { Mark } from './marks.js';
import type { TimeSpan } from './spans.js';

/** How a line is told from others: by its colour, and by its dashes for those who cannot. */
export interface LineStyle {
  colour: string;
  /** CSS pixels. */
  dash: readonly number[];
}

export interface Palette {
  isDark: boolean;
  text: string;
  grid: string;
  spans: Record<TimeSpan['kind'], string>;
  bands: Record<'warning' | 'critical', string>;
  limits: Record<'limit' | 'warning' | 'critical', string>;
  marks: Record<Mark['kind'], string>;
  lines: readonly string[];
  /** Few to many. */
  heat: readonly string[];
}

const LIGHT: Palette = {
  isDark: false,
  text: '#333a42',
  grid: 'rgba(0, 0, 0, 0.09)',
  spans: { outside: 'rgba(90, 100, 110, 0.16)', even: 'rgba(0, 114, 178, 0.045)', odd: 'rgba(0, 114, 178, 0.11)' },
  bands: { warning: 'rgba(230, 159, 0, 0.14)', critical: 'rgba(213, 94, 0, 0.2)' },
  limits: { limit: '#b23a00', warning: '#9a6a00', critical: '#b23a00' },
  marks: { alarm: '#b23a00', change: '#0072b2', stage: '#7a838c' },
  // Okabe and Ito's, those of them darker that would not be seen on white.
  lines: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b07d00', '#3a94c9', '#4d4d4d'],
  heat: ['#c6dbef', '#9ecae1', '#6baed6', '#4292c6', '#2171b5', '#083a7a'],
};

const DARK: Palette = {
  isDark: true,
  text: '#d5dae0',
  grid: 'rgba(255, 255, 255, 0.12)',
  spans: { outside: 'rgba(160, 170, 180, 0.2)', even: 'rgba(86, 180, 233, 0.05)', odd: 'rgba(86, 180, 233, 0.13)' },
  bands: { warning: 'rgba(230, 159, 0, 0.18)', critical: 'rgba(213, 94, 0, 0.28)' },
  limits: { limit: '#ff8a4c', warning: '#e69f00', critical: '#ff8a4c' },
  marks: { alarm: '#ff8a4c', change: '#56b4e9', stage: '#9aa4ae' },
  lines: ['#56b4e9', '#e69f00', '#1fbf92', '#d894b8', '#f0e442', '#ff7f3f', '#c8ced4'],
  heat: ['#17395c', '#235f8f', '#3a8ab8', '#76b8c4', '#d3cf6c', '#fff27a'],
};

const DASHES: readonly (readonly number[])[] = [[], [9, 3], [3, 2], [9, 3, 2, 3]];

/** The style of a line by its place in its chart: 28 of them are all different. */
export const lineStyle = ({ lines }: Palette, index: number): LineStyle => ({
  colour: lines[index % lines.length] as string,
  dash: DASHES[index % DASHES.length] as readonly number[],
});

/** The palette that fits the colour of the text around. */
export function paletteOf(element: Element): Palette {
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? []).map(Number);
  return red * 0.3 + green * 0.6 + blue * 0.1 > 128 ? DARK : LIGHT;
}

export const PRINT_PALETTE = LIGHT;
