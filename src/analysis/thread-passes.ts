import type { RecordingTables } from '../model/recording.ts';
import { Awaits } from './passes/awaits.ts';
import { Births } from './passes/births.ts';
import { Bursts } from './passes/bursts.ts';
import { Collections } from './passes/collections.ts';
import { Creations } from './passes/creations.ts';
import { Heartbeats } from './passes/heartbeats.ts';
import { Immediates } from './passes/immediates.ts';
import { Intervals } from './passes/intervals.ts';
import { Messages } from './passes/messages.ts';
import { Operations } from './passes/operations.ts';
import { Paths } from './passes/paths.ts';
import { Pending } from './passes/pending.ts';
import { Pool } from './passes/pool.ts';
import { Requests } from './passes/requests.ts';
import { Waits } from './passes/waits.ts';
import { Work } from './passes/work.ts';
import { Walker } from './walk.ts';

/** What is known of a thread before its events come. */
export interface ThreadSetting {
  tables: RecordingTables;
  attached: 'late' | 'from-start';
  /** Size of libuv's thread pool. */
  threadPoolSize: number;
}

/**
 * What is learnt of the events of one thread. Each pass names in its constructor what it needs of the others; they see
 * an event in the order of the list.
 */
export class ThreadPasses {
  readonly work: Work;
  readonly requests: Requests;
  readonly intervals: Intervals;
  readonly immediates: Immediates;
  readonly heartbeats: Heartbeats;
  readonly collections = new Collections();
  readonly waits: Waits;
  readonly awaits: Awaits;
  readonly pending: Pending;
  readonly pool: Pool;
  readonly operations: Operations;
  readonly messages: Messages;
  readonly bursts: Bursts;
  readonly births: Births;
  readonly creations = new Creations();
  readonly paths: Paths;
  readonly walker: Walker;

  constructor({ tables, attached, threadPoolSize }: ThreadSetting) {
    const { types, labels } = tables;
    this.work = new Work(types);
    this.requests = new Requests(labels);
    this.intervals = new Intervals(this.work, types);
    this.immediates = new Immediates(this.work, types);
    this.heartbeats = new Heartbeats(attached);
    this.waits = new Waits(this.work);
    this.awaits = new Awaits(this.work);
    this.pending = new Pending(this.work, types);
    this.pool = new Pool(threadPoolSize, types);
    this.operations = new Operations(this.work);
    this.messages = new Messages(this.work);
    this.bursts = new Bursts(this.work, types);
    this.births = new Births(this.work);
    this.paths = new Paths(this.work, this.requests, types);
    this.walker = new Walker([
      this.work,
      this.requests,
      this.intervals,
      this.immediates,
      this.heartbeats,
      this.collections,
      this.waits,
      this.awaits,
      this.pending,
      this.pool,
      this.operations,
      this.messages,
      this.bursts,
      this.births,
      this.creations,
      this.paths,
    ]);
  }
}
