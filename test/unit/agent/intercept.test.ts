import { describe, expect, test } from 'vitest';
import { intercept } from '../../../src/agent/intercept.ts';

interface Channel {
  send?: (message: string) => string;
}

/** Hears `send`, and remembers what was sent. */
function hear(channel: Channel): { heard: unknown[]; undo: () => void } {
  const heard: unknown[] = [];
  const undo = intercept(channel, 'send', {
    before: ([message]) => message,
    after: (message) => void heard.push(message),
  });
  return { heard, undo };
}

describe('a method of one object', () => {
  test('is heard, looks as before, and is the same again at the end', () => {
    const send = (message: string): string => `sent ${message}`;
    const channel: Channel = { send };
    const before = Object.getOwnPropertyDescriptors(channel);
    const { heard, undo } = hear(channel);
    expect(channel.send?.('a')).toBe('sent a');
    expect(channel.send).toHaveProperty('name', 'send');
    expect(channel.send).toHaveLength(1);
    const kept = channel.send!;
    undo();
    expect(heard).toEqual(['a']);
    expect(Object.getOwnPropertyDescriptors(channel)).toEqual(before);
    // Whoever has kept it can still use it.
    expect(kept.call(channel, 'b')).toBe('sent b');
    expect(heard).toEqual(['a']);
  });

  test('of its class leaves no property behind', () => {
    class Port {
      send(message: string): string {
        return message;
      }
    }
    const port = new Port();
    const { heard, undo } = hear(port);
    port.send('a');
    new Port().send('b');
    expect(heard).toEqual(['a']);
    undo();
    expect(Object.keys(Object.getOwnPropertyDescriptors(port))).toEqual([]);
  });

  test('that does not exist yet is heard from when it does', () => {
    const channel: Channel = {};
    const { heard, undo } = hear(channel);
    expect(channel.send).toBeUndefined();
    channel.send = (message) => message;
    channel.send('a');
    expect(heard).toEqual(['a']);
    undo();
    expect(Object.getOwnPropertyDescriptor(channel, 'send')).toMatchObject({
      writable: true,
      enumerable: true,
    });
    expect(channel.send('b')).toBe('b');
    expect(heard).toEqual(['a']);

    const never: Channel = {};
    hear(never).undo();
    expect('send' in never).toBe(false);
  });

  test('that throws is not told as done', () => {
    const channel: Channel = {
      send: () => {
        throw new Error('closed');
      },
    };
    const { heard } = hear(channel);
    expect(() => channel.send?.('a')).toThrow('closed');
    expect(heard).toEqual([]);
  });

  test('is the program’s to copy, to replace and to wrap', () => {
    const sent: string[] = [];
    const channel: Channel = { send: (message) => (sent.push(message), 'real') };
    const { heard, undo } = hear(channel);
    // A test runner copies all properties of `process` and gives the copy a `send` that does nothing.
    const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(channel)) as Channel;
    copy.send = () => 'fake';
    expect(channel.send?.('a')).toBe('real');
    const inner = channel.send!;
    channel.send = (message) => inner.call(channel, `${message}!`);
    expect(channel.send('b')).toBe('real');
    undo();
    expect(channel.send('c')).toBe('real');
    expect(sent).toEqual(['a', 'b!', 'c!']);
    expect(heard).toEqual(['a', 'b!']);
  });

  test('is not touched where it cannot be taken back', () => {
    const frozen = Object.freeze({ send: (message: string) => message });
    const { heard, undo } = hear(frozen);
    frozen.send('a');
    undo();
    expect(heard).toEqual([]);
  });
});
