import { Component, type ReactNode } from "react";
import { messageOf } from "../api/problems.ts";

interface State {
  error: unknown;
}

/** Shows what failed while a page was drawn or loaded, with a way out, in the place of an empty screen. */
export class PageBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidCatch(error: unknown): void {
    console.error("A page could not be shown.", error);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="state" role="alert">
        <h1>This page can't be shown</h1>
        <span>{messageOf(error)}</span>
        <span>If the network was lost, or there is a new version, loading it again helps.</span>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          Load again
        </button>
      </div>
    );
  }
}
