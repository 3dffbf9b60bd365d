// What the tests of debug sessions share.
import * as vscode from 'vscode';
import { eventually } from './kit.ts';

/** An event of a debug adapter. */
export interface Event {
  type: string;
  event: string;
  body?: { reason?: string; threadId?: number; hitBreakpointIds?: number[]; description?: string };
}

/** A debug session and all events that reach the editor from it. */
export interface Watched {
  session: vscode.DebugSession;
  events: Event[];
}

/** Watches the sessions of a type that have a program of their own. */
export function watch(type: string): { sessions: Watched[]; subscription: vscode.Disposable } {
  const sessions: Watched[] = [];
  const subscription = vscode.debug.registerDebugAdapterTrackerFactory(type, {
    createDebugAdapterTracker: (session) => {
      const watched: Watched = { session, events: [] };
      sessions.push(watched);
      return {
        onDidSendMessage: (message: Event) => {
          // A copy: what reaches the editor is decided when all trackers have seen it.
          if (message.type === 'event') watched.events.push({ ...message });
        },
      };
    },
  });
  return { sessions, subscription };
}

/** The stops among them. */
export const stops = ({ events }: Watched): Event[] => events.filter(({ event }) => event === 'stopped');
/** Waits for something of a session; when it does not come, the events that did are told. */
export async function soon<T>(
  what: string,
  watched: Watched | undefined,
  find: () => T | undefined,
): Promise<T> {
  const end = Date.now() + SOON_MS;
  return eventually(() => {
    const found = find();
    if (found !== undefined || Date.now() < end) return found;
    const events = watched?.events.map(({ event, body }) => `${event} ${body?.reason ?? ''}`) ?? [];
    throw new Error(`There is no ${what}; the events: ${events.slice(-30).join(', ')}`);
  });
}

const SOON_MS = 25_000;
