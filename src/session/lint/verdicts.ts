import { regexpKey, type JudgedRegexp, type RegexpText } from '../../lint/regexps/verdict.ts';
import { openStore, type Store } from './store.ts';

/** What the full check said of regular expressions, by their text. */
export interface VerdictStore {
  get(text: RegexpText): JudgedRegexp | undefined;
  /** Keeps a verdict that another check would come to, too. */
  put(judged: JudgedRegexp): void;
  /** In the order in which they came. */
  all(): JudgedRegexp[];
  save(): Promise<void>;
}

/** Verdicts that are kept, the latest. */
const MAX_VERDICTS = 5_000;

/** Those in a folder; read with the first use. @param version what another one wrote counts for nothing */
export function openVerdicts(folder: string, version: string): VerdictStore {
  let opened: Store<JudgedRegexp> | undefined;
  const store = (): Store<JudgedRegexp> => (opened ??= openStore(folder, 'regexps', version));
  return {
    get: (text) => store().get(regexpKey(text)),
    put(judged) {
      const key = regexpKey(judged);
      if (judged.steps !== undefined && !store().get(key)) store().put(key, judged);
    },
    all: () => store().values(),
    async save() {
      if (!opened) return;
      let surplus = opened.values().length - MAX_VERDICTS;
      await opened.save(() => surplus-- <= 0);
    },
  };
}

/** Remembers nothing. */
export const NO_VERDICTS: VerdictStore = {
  get: () => undefined,
  put: () => undefined,
  all: () => [],
  save: () => Promise.resolve(),
};
