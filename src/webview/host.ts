/** What survives when the page is hidden and made anew. */
export interface ViewState {
  filter: string;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: ViewState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The seam to the extension: the only place that knows what carries the messages. */
export interface Host<To, From> {
  send(message: From): void;
  /** Calls back for each message of the extension. */
  listen(take: (message: To) => void): void;
  restore(): ViewState;
  save(state: ViewState): void;
}

/**
 * The host inside VS Code. Can be called once per page.
 * @param types of the messages that the extension sends to this page
 */
export function connect<To extends { type: string }, From>(types: readonly To['type'][]): Host<To, From> {
  const api = acquireVsCodeApi();
  // VS Code posts messages of its own into pages: ours are told by their type. Only the extension can send them.
  const isForUs = (data: unknown): data is To =>
    types.includes((data as { type?: string } | null)?.type as To['type']);
  return {
    send: (message) => api.postMessage(message),
    listen: (take) =>
      addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isForUs(data)) take(data);
      }),
    restore: () => readState(api.getState()),
    save: (state) => api.setState(state),
  };
}

function readState(value: unknown): ViewState {
  const filter = (value as Partial<ViewState> | null | undefined)?.filter;
  return { filter: typeof filter === 'string' ? filter : '' };
}
