/** What a piece of a request's path was. */
export const Step = {
  /** Ran on the loop. */
  Run: 0,
  /** Was ready, behind other ticks and promise reactions. */
  Micro: 1,
  /** Waited for a resource of the type given: until its answer was handed over by the loop. */
  Wait: 2,
  /** Waited for a promise that the execution of another request settled. */
  Other: 3,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/** Segments kept; paths of later requests are not. */
const MAX_SEGMENTS = 4_000_000;

/** Pieces of the paths of requests, in typed arrays that grow. */
export class SegmentList {
  #steps = new Uint8Array(1024);
  #types = new Int32Array(1024);
  #from = new Float64Array(1024);
  #to = new Float64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length >= MAX_SEGMENTS;
  }

  /** @param type index of the type of the resource waited for; 0 = not known */
  add(step: Step, type: number, fromUs: number, toUs: number): void {
    if (this.#length === this.#steps.length) this.#grow();
    this.#steps[this.#length] = step;
    this.#types[this.#length] = type;
    this.#from[this.#length] = fromUs;
    this.#to[this.#length] = toUs;
    this.#length++;
  }

  step(index: number): Step {
    return this.#steps[index]! as Step;
  }

  type(index: number): number {
    return this.#types[index]!;
  }

  fromUs(index: number): number {
    return this.#from[index]!;
  }

  toUs(index: number): number {
    return this.#to[index]!;
  }

  #grow(): void {
    const size = this.#steps.length * 2;
    const steps = new Uint8Array(size);
    const types = new Int32Array(size);
    const from = new Float64Array(size);
    const to = new Float64Array(size);
    steps.set(this.#steps);
    types.set(this.#types);
    from.set(this.#from);
    to.set(this.#to);
    this.#steps = steps;
    this.#types = types;
    this.#from = from;
    this.#to = to;
  }
}
