// Our own bug in one view: said, and the other views go on.
import { Component, type ReactNode } from 'react';
import { Button } from '../parts/Button';
import { Notice } from '../parts/Notice';
import { words } from '../words';

interface State {
  error: Error | null;
}

export class ErrorEdge extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (error === null)
      return this.props.children;
    return (
      <div className="page">
        <Notice kind="bad" live title={words.broken} action={<Button icon="again" onClick={() => this.setState({ error: null })}>{words.reload}</Button>}>
          <p>{words.brokenText}</p>
          <p className="muted small mono">{error.message}</p>
        </Notice>
      </div>
    );
  }
}
