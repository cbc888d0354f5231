import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface DialogProps {
  title: string;
  confirm: string;
  cancel: string;
  onConfirm(): void;
  /** Also with Escape. */
  onCancel(): void;
  children: ComponentChildren;
}

const CONFIRMED = 'confirmed';

/**
 * Asks before something that cannot be taken back. While it is there the keyboard stays in it, as the browser sees to, and begins at the
 * harmless answer; afterwards it is back where it was.
 */
export function ConfirmDialog({ title, confirm, cancel, onConfirm, onCancel, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
  }, []);
  // It is closed before it goes: only so the browser puts the keyboard back.
  const close = (answer: string): void => dialog.current?.close(answer);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={({ currentTarget }) => (currentTarget.returnValue === CONFIRMED ? onConfirm() : onCancel())}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`}>{children}</div>
      <div class="buttons">
        <button type="button" class="button" onClick={() => close('')}>
          {cancel}
        </button>
        <button type="button" class="button danger" onClick={() => close(CONFIRMED)}>
          {confirm}
        </button>
      </div>
    </dialog>
  );
}
