import type { FromRecordingView, ToRecordingView } from '../../model/recording-view.ts';
import type { Host as PageHost } from '../host.ts';

/** The extension, as the recording's page sees it. */
export type Host = PageHost<ToRecordingView, FromRecordingView>;
