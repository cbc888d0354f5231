import { describe, expect, it } from 'vitest';
import { addressOf, type Route, routeOf } from '../../../../src/report/view/live/route.js';

const at = (address: string, current: string | null = null): Route => routeOf(new URL(address, 'http://h'), current);

describe('an address of the page', () => {
  it('shows the run that the server is there for, or the runs', () => {
    expect(at('/', 'run-1')).toEqual({ at: 'run', id: 'run-1' });
    expect(at('/')).toEqual({ at: 'runs' });
    expect(at('/?runs', 'run-1')).toEqual({ at: 'runs' });
    expect(at('/runs/run-2', 'run-1')).toEqual({ at: 'run', id: 'run-2' });
    expect(at('/?compare=a,b', 'run-1')).toEqual({ at: 'compare', ids: ['a', 'b'] });
  });

  it('shows the runs when there are too few to compare', () => {
    expect(at('/?compare=a')).toEqual({ at: 'runs' });
    expect(at('/?compare=,')).toEqual({ at: 'runs' });
  });

  it('leads back to what it was made of', () => {
    const routes: Route[] = [{ at: 'runs' }, { at: 'run', id: '20261122T105503Z-9f3c' }, { at: 'compare', ids: ['a.1', 'b_2'] }];
    for (const route of routes) expect(at(addressOf(route), 'run-1')).toEqual(route);
  });

  it('takes half an escape for what it says', () => {
    expect(at('/runs/%E0%A4%A')).toEqual({ at: 'run', id: '%E0%A4%A' });
  });
});
