import type { DebugProtocol } from '@vscode/debugprotocol';
import { DebugSession, Response } from '@vscode/debugadapter';
import { describeError, UserError } from '../base/user-error.ts';
import { Debuggee } from './debugged.ts';
import { requireArguments } from './required.ts';
import type { ClientPort } from './debugged.ts';

type Handler = (args: never) => unknown;

/** How long a terminal may take to appear, ms. */
const TERMINAL_MS = 20_000;

/**
 * The debug adapter: requests in, answers and events out. A table of contents; what is done stands in `debugged.ts` and
 * the files that it names. Runs inside the editor or behind stdio.
 */
export class LoopLensDebugSession extends DebugSession {
  readonly #debuggee: Debuggee;
  readonly #handlers: Readonly<Record<string, Handler>>;
  readonly #onEnd: () => void;

  /**
   * @param preload absolute path of what runs first in the processes below a program
   * @param onEnd the client is done with us
   */
  constructor(preload: string, onEnd: () => void) {
    super();
    this.#onEnd = onEnd;
    const client: ClientPort = {
      send: (event, body) => this.sendEvent({ type: 'event', seq: 0, event, body }),
      runInTerminal: (args) => this.#runInTerminal(args),
    };
    this.#debuggee = new Debuggee(client, preload);
    this.#handlers = this.#debuggee.handlers();
  }

  /** Every request is a function of its arguments that gives the body of the answer, or throws what is shown. */
  protected override dispatchRequest(request: DebugProtocol.Request): void {
    const response = new Response(request) as DebugProtocol.Response;
    const handler = Object.hasOwn(this.#handlers, request.command)
      ? this.#handlers[request.command]
      : undefined;
    void (async () => {
      try {
        if (!handler) {
          throw new UserError(
            'usage',
            `The request "${request.command}" is not supported.`,
            'See src/debug/README.md for those that are.',
          );
        }
        const args: unknown = request.arguments ?? {};
        requireArguments(request.command, args);
        response.body = await handler(args as never);
        this.sendResponse(response);
      } catch (error) {
        this.#refuse(response, error);
      }
      await this.#debuggee.afterAnswer(request.command);
      if (request.command === 'disconnect') this.#onEnd();
    })();
  }

  override shutdown(): void {
    void this.#debuggee.disconnect({}).finally(() => this.#onEnd());
  }

  override dispose(): void {
    this.shutdown();
  }

  #refuse(response: DebugProtocol.Response, error: unknown): void {
    const shown = error instanceof UserError;
    const format = describeError(error).trim();
    response.success = false;
    response.message = format;
    // Evaluations and the like are shown where they were asked for, the rest in a dialog.
    const showUser = ![
      'evaluate',
      'completions',
      'setVariable',
      'variables',
      'scopes',
      'stackTrace',
    ].includes(response.command);
    response.body = {
      error: { id: shown ? 1 : 2, format: format.replaceAll('{', '(').replaceAll('}', ')'), showUser },
    };
    this.sendResponse(response);
  }

  #runInTerminal(args: DebugProtocol.RunInTerminalRequestArguments): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.runInTerminalRequest(args, TERMINAL_MS, (response) => {
        if (response.success) resolve(response.body.processId ?? response.body.shellProcessId);
        else {
          const why = response.message ?? 'the editor refused';
          reject(
            new UserError(
              'unreachable',
              `The program could not be started in a terminal: ${why}.`,
              'Set "console" to "internalConsole".',
            ),
          );
        }
      });
    });
  }
}
