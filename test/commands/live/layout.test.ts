import { describe, expect, it } from 'vitest';
import { layOut, type Section } from '../../../src/commands/live/layout.js';

const section = (name: string, rank: number, least: number, most: number, apart = false): Section => ({
  rank,
  least,
  most,
  apart,
  draw: (rows) => Array.from({ length: rows }, (_, index) => `${name}${index}`),
});

describe('a layout', () => {
  it('gives each section its least by rank, then more by rank, and draws them in the order in which they stand', () => {
    const sections = [section('a', 2, 1, 3), section('b', 1, 2, 4), section('c', 3, 1, 1)];
    expect(layOut(sections, 5)).toEqual(['a0', 'b0', 'b1', 'b2', 'c0']);
    expect(layOut(sections, 3)).toEqual(['a0', 'b0', 'b1']);
  });

  it('leaves out what has no room even at its least, and goes on with what has', () => {
    expect(layOut([section('a', 1, 1, 1), section('b', 2, 5, 5), section('c', 3, 1, 1)], 2)).toEqual(['a0', 'c0']);
  });

  it('puts sections apart where there is room for all of that', () => {
    const sections = [section('a', 1, 1, 1, true), section('b', 2, 1, 1, true), section('c', 3, 1, 1)];
    expect(layOut(sections, 4)).toEqual(['a0', '', 'b0', 'c0']);
    expect(layOut(sections, 3)).toEqual(['a0', 'b0', 'c0']);
  });

  it('draws nothing of a section that has nothing', () => {
    expect(layOut([section('a', 1, 1, 0, true), section('b', 2, 1, 1)], 5)).toEqual(['b0']);
  });
});
