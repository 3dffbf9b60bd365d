/** Something that did not work out but did not stop the job: the answer is there, and this is what is missing in it. */
export interface Problem {
  /** Stable, for tests and filters: `file-truncated`, `profile-empty`, `source-map-missing`. */
  code: string;
  /** One sentence for people. */
  message: string;
}

/** The answer of a core that cannot fail: as much as could be had, and what could not. */
export interface Outcome<T> {
  value: T;
  problems: Problem[];
}
