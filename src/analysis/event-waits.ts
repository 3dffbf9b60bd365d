import type { Frame } from '../model/location.ts';
import type { Measured } from './measured.ts';
import { ownFrames } from './places.ts';

/**
 * `await once(socket, 'close')` and its kind are meant to wait for as long as it takes. Names are all there is to know them
 * by: those called on the line, or in a function that begins there (`await new Promise((resolve) => { socket.on(...)`).
 */
export function waitsForEvent(frame: Frame, measured: Pick<Measured, 'lines'>): boolean {
  return measured.lines
    .callsFrom(frame.file, frame.line)
    .some((call) => EVENT_WORDS.test(call.callee.replaceAll(/[A-Z]/g, (upper) => `_${upper.toLowerCase()}`)));
}

const EVENT_WORDS =
  /(^|_)(on|once|listeners?|subscribe|subscription|listen|closed?|closing|ended|disconnect(ed)?|finish(ed)?|abort(ed)?|events?|messages?|next|poll|stream|pipeline|forever|changes?|until)($|_)/;

/**
 * A long poll: the line waits for an event, and what ended the waits that were seen was a timer of the program or somebody
 * else's request. An answer that was asked for comes from a file, a connection, another process or thread.
 */
export function isLongPoll(frame: Frame, { lines, waits, tables }: Measured): boolean {
  const listens = lines.callsFrom(frame.file, frame.line).some(({ callee }) => LISTENS.test(callee));
  if (!listens) return false;
  let all = 0;
  let events = 0;
  for (const { stack, settledUs, innermost, wakerType, weight } of waits.samples) {
    if (settledUs < 0 || !innermost) continue;
    const [inner] = ownFrames(stack, tables);
    if (inner?.line !== frame.line || inner.file !== frame.file) continue;
    all += weight;
    if (COMES_BY_ITSELF.test(tables.types[wakerType] ?? '')) events += weight;
  }
  return events > all / 2;
}

const LISTENS = /^(on|once|add(Event)?Listener|subscribe|listen|longPoll|poll)$/;

/** A timer, and the parser of a request that came in. */
const COMES_BY_ITSELF = /^(Timeout|Immediate|HTTPINCOMINGMESSAGE)$/;
