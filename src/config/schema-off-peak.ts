import { closed, text } from './schema-parts.js';

const timeOfDay = () =>
  text().refine((value) => /^([01]\d|2[0-3]):[0-5]\d$/.test(value), { error: 'must be a time of day such as "02:00"' });

const timeZone = () => text().refine(isTimeZone, { error: 'must be a time zone such as Asia/Seoul or UTC' });

function isTimeZone(value: string): boolean {
  try {
    // This is how the runtime's own list of zones is asked, with its older names.
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** The hours in which a production system may be loaded; what is left out keeps its default. */
export const offPeak = closed({ from: timeOfDay().optional(), to: timeOfDay().optional(), time_zone: timeZone().optional() });
