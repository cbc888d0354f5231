import { kept } from './kept.js';

/** `auto`: as the system has it. */
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const NAME = 'theme';

export function keptTheme(): Theme {
  const found = kept.read(NAME);
  return THEMES.find((theme) => theme === found) ?? 'auto';
}

/** Shows the page in these colours. */
export function showTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'auto') delete dataset.theme;
  else dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  kept.write(NAME, theme);
  showTheme(theme);
}
