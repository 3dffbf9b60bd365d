import type { DebugProtocol } from '@vscode/debugprotocol';
import type { TaskDump } from '../model/task.ts';

/** Arguments of `looplens/tasks`: reads all suspended tasks and makes their groups threads. */
export interface TasksArguments {
  /** `quick` takes no heap snapshot: no variables, approximate counts. Default `full`. */
  depth?: 'quick' | 'full';
}

/** Answer of `looplens/tasks`. */
export interface TasksBody {
  depth: TaskDump['depth'];
  snapshot?: TaskDump['snapshot'];
  groups: {
    threadId: number;
    name: string;
    count: number;
    waitingFor?: TaskDump['tasks'][number]['waitingFor'];
    stack: TaskDump['tasks'][number]['stack'];
  }[];
  /** Groups that wait for each other, by their threads. */
  cycles: { threadIds: number[]; steps: string[] }[];
}

/** Arguments of `looplens/beside`: another debugger is attached to the same process, or has left it. */
export interface BesideArguments {
  another: boolean;
  /** The processes that it debugs; without them all of ours. */
  processIds?: number[];
}

/** Arguments of `looplens/claim`: the other debugger shows no stop here, so we show it. Without any: in no loop. */
export interface ClaimArguments {
  processId?: number;
  /** `threadId` of a worker of that process, 0 for its main thread; without it all of its threads. */
  workerId?: number;
}

/** Arguments of `looplens/selectTask`: which task of a group its frames shall show the variables of, from 0. */
export interface SelectTaskArguments {
  threadId: number;
  index: number;
}

/** Arguments of `looplens/creation`: where the function of a frame was called. */
export interface CreationArguments {
  /** A group of suspended tasks. */
  threadId: number;
  /** Position of a frame in its stack, from 0; without it the outermost function: what created the tasks. */
  frame?: number;
}

/** Answer of `looplens/creation`: the most frequent place first, never empty. */
export interface CreationBody {
  places: {
    /** The function that called it. */
    function: string;
    source: DebugProtocol.Source;
    line: number;
    column: number;
    /** How many tasks of the group were called there, of those that were looked at. */
    count: number;
  }[];
}
