import { type ReactNode, useEffect, useId, useRef } from "react";

interface DialogProps {
  open: boolean;
  title: string;
  /** Escape was pressed, or the dialog was left in another way. */
  onClose(): void;
  wide?: boolean;
  /** The element with `data-first` gets the focus, else the first that can have it. */
  children: ReactNode;
}

/**
 * A modal dialog: the browser's own, which keeps the focus inside, makes the rest inert, and gives the focus back.
 * Libraries' dialogs add a style element to stop the page from scrolling, which the content security policy blocks.
 */
export function Dialog({ open, title, onClose, wide = false, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>("[data-first]")?.focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      className={wide ? "wide" : undefined}
      onClose={() => open && onClose()}
    >
      {open && (
        <div className="inner">
          <h2 id={id}>{title}</h2>
          {children}
        </div>
      )}
    </dialog>
  );
}

interface ConfirmProps {
  open: boolean;
  title: string;
  /** Of the button that does it. */
  action: string;
  kind?: "primary" | "danger" | "buy" | "sell";
  /** While it is being done: the button can't be pressed again. */
  busy?: boolean;
  onConfirm(): void;
  onClose(): void;
  children: ReactNode;
}

/** Asks before something is done that is hard to take back. */
export function Confirm({
  open,
  title,
  action,
  kind = "primary",
  busy = false,
  onConfirm,
  onClose,
  children,
}: ConfirmProps) {
  return (
    <Dialog open={open} title={title} onClose={onClose}>
      {children}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          Go back
        </button>
        <button
          type="button"
          className={`button ${kind}`}
          disabled={busy}
          onClick={onConfirm}
          // What can't be taken back is not what Enter does first.
          data-first={kind === "danger" ? undefined : ""}
        >
          {busy ? "Sending…" : action}
        </button>
      </footer>
    </Dialog>
  );
}
