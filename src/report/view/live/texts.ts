import { useLanguage } from '../i18n/context.js';
import { type LiveTexts, liveEn } from '../i18n/live-en.js';
import { liveKo } from '../i18n/live-ko.js';

export const useLive = (): LiveTexts => (useLanguage() === 'ko' ? liveKo : liveEn);
