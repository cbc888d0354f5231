import { painter } from '../../report/table.js';
import { backendSection } from './backend-section.js';
import type { Drawing } from './drawing.js';
import { eventSection } from './event-section.js';
import { keySection } from './key-section.js';
import { layOut } from './layout.js';
import { nowSection } from './now-section.js';
import { partSections } from './part-sections.js';
import { planSections } from './plan-section.js';
import type { LiveState } from './state.js';
import { taskSections } from './task-section.js';

export interface ViewOptions {
  /** No line is wider, and there are no more lines. */
  columns: number;
  rows: number;
  colour: boolean;
  /** Unix ms. */
  now: number;
  /** Whether somebody wants to know what the keys and signs mean. */
  help?: boolean;
  /** How long the load takes where its stages do not say so. */
  forSeconds?: number | undefined;
}

/** A run under way as lines for a terminal. Where there is little room the most important is left. */
export function liveView(state: LiveState, { columns, rows, colour, now, help = false, forSeconds }: ViewOptions): string[] {
  const drawing: Drawing = { state, now, columns, paint: painter(colour) };
  const sections = [
    ...planSections(drawing, forSeconds),
    ...nowSection(drawing),
    ...taskSections(drawing),
    ...backendSection(drawing),
    ...partSections(drawing),
    ...eventSection(drawing),
    ...keySection(drawing, help),
  ];
  return layOut(sections, rows);
}
