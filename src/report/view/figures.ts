import { decimal, ms, percent } from '../text.js';
import { useLanguage, useTexts } from './i18n/context.js';
import type { Texts } from './i18n/en.js';
import type { Language } from './model.js';

/** Numbers with their units, for people. What is not there is `–`. */
export interface Figures {
  count(value: number | null): string;
  /** Milliseconds without their unit, in three digits that matter. */
  ms(value: number | null): string;
  /** A share of 1. */
  percent(share: number | null): string;
  /** Something a second, in two decimals. */
  rate(value: number): string;
  bytes(value: number | null): string;
  /** @param milliseconds */
  duration(milliseconds: number): string;
  /** `2026-01-31 13:04:59` of a Unix time in ms, in UTC. */
  time(unixMs: number | null): string;
}

const NOTHING = '–';
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

const grouped = (value: number, digits: number): string => value.toLocaleString('en-US', { maximumFractionDigits: digits });

function bytesText(value: number): string {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(value) / 10));
  return `${grouped(value / 1024 ** power, power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

function durationText(milliseconds: number, t: Texts): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return t.duration(0, 0, decimal(seconds, 1));
  const whole = Math.round(seconds);
  return t.duration(Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60));
}

const figuresIn = (t: Texts): Figures => ({
  count: (value) => (value === null ? NOTHING : grouped(value, 2)),
  ms: (value) => (value === null ? NOTHING : value < 1000 ? ms(value) : grouped(value, 0)),
  percent: (share) => (share === null ? NOTHING : percent(share)),
  rate: (value) => value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  bytes: (value) => (value === null ? NOTHING : bytesText(value)),
  duration: (milliseconds) => durationText(milliseconds, t),
  time: (unixMs) => (unixMs === null ? NOTHING : new Date(unixMs).toISOString().slice(0, 19).replace('T', ' ')),
});

const known = new Map<Language, Figures>();

export function useFigures(): Figures {
  const [language, t] = [useLanguage(), useTexts()];
  const figures = known.get(language) ?? figuresIn(t);
  known.set(language, figures);
  return figures;
}
