import type { FromRecordingView, ToRecordingView } from '../../model/recording-view.ts';

/** What survives when the page is hidden and made anew. */
export interface ViewState {
  filter: string;
}

interface VsCodeApi {
  postMessage(message: FromRecordingView): void;
  getState(): unknown;
  setState(state: ViewState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The seam to the extension: the only place that knows what carries the messages. */
export interface Host {
  send(message: FromRecordingView): void;
  /** Calls back for each message of the extension. */
  listen(take: (message: ToRecordingView) => void): void;
  restore(): ViewState;
  save(state: ViewState): void;
}

/** The host inside VS Code. Can be called once per page. */
export function connect(): Host {
  const api = acquireVsCodeApi();
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

/** VS Code posts messages of its own into pages: ours are told by their type. Only the extension can send them. */
function isForUs(data: unknown): data is ToRecordingView {
  const type = (data as { type?: unknown } | null)?.type;
  return type === 'loading' || type === 'report' || type === 'failed';
}

function readState(value: unknown): ViewState {
  const filter = (value as Partial<ViewState> | null | undefined)?.filter;
  return { filter: typeof filter === 'string' ? filter : '' };
}
