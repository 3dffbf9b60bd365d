/** Different labels kept; afterwards new ones are recorded as label 0. */
const MAX_LABELS = 5_000;
const MAX_LABEL = 200;

/** Gives texts their numbers; each is sent once. */
export interface Labels {
  /** Number of the text, from 1; 0 when there is no room for more. */
  index: (text: string) => number;
  /** The same for `METHOD PATH`, without putting the text together each time. */
  ofRequest: (method: string, path: string) => number;
  /** Number of a text that is known only a moment later; `resolve` is called before the next messages leave. */
  later: (resolve: () => string) => number;
  /** Sends what has been promised by `later`. */
  settle: () => void;
}

/** @param send takes each new text once */
export function createLabels(send: (i: number, text: string) => void): Labels {
  const known = new Map<string, number>();
  let count = 0;
  let owed: { i: number; resolve: () => string }[] = [];

  const index = (text: string): number => {
    const short = text.slice(0, MAX_LABEL);
    const seen = known.get(short);
    if (seen !== undefined) return seen;
    if (count >= MAX_LABELS) return 0;
    known.set(short, ++count);
    send(count, short);
    return count;
  };
  /** Paths by method; as many as there are labels at most. */
  const requests = new Map<string, Map<string, number>>();

  return {
    index,
    ofRequest: (method, path) => {
      let paths = requests.get(method);
      const seen = paths?.get(path);
      if (seen !== undefined) return seen;
      const label = `${method} ${path}`;
      const i = index(label);
      // Long ones have no label of their own, and need not be kept.
      if (i === 0 || label.length > MAX_LABEL) return i;
      if (!paths) requests.set(method, (paths = new Map<string, number>()));
      // A part of the label's text, not of the address's, which V8 would keep as a whole.
      paths.set(label.slice(method.length + 1), i);
      return i;
    },
    later: (resolve) => {
      if (count >= MAX_LABELS) return 0;
      owed.push({ i: ++count, resolve });
      return count;
    },
    settle: () => {
      if (owed.length === 0) return;
      const due = owed;
      owed = [];
      for (const { i, resolve } of due) {
        let text = '';
        try {
          text = resolve().slice(0, MAX_LABEL);
        } catch {
          // An object of the program of another shape than Node's.
        }
        send(i, text);
      }
    },
  };
}
