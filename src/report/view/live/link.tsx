import type { ComponentChildren } from 'preact';
import { addressOf, type Route } from './route.js';

interface LinkProps {
  to: Route;
  go(route: Route): void;
  label?: string;
  class?: string;
  isHere?: boolean;
  children: ComponentChildren;
}

/** A link within the page: followed without loading it anew, unless it is to open elsewhere. */
export function Link({ to, go, label, class: of, isHere = false, children }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={addressOf(to)} class={of} aria-label={label} aria-current={isHere ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
