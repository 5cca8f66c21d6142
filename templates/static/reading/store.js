// @ts-check
// What the browser remembers of one reader: stars, what was read, when the last visit was. Bounded and versioned. What
// can't be understood is set aside, never overwritten; where storage is refused, memory serves until the page is left.

/** @typedef {{ day: string, at: string }} Star where the paper is listed, and when it was starred (both ISO) */
/**
 * @typedef {object} State
 * @property {Map<string, Star>} stars by arXiv id, oldest first
 * @property {Map<string, boolean>} read false: marked as unread, so it stays so
 * @property {string | null} since newest mailing that the last visit had
 * @property {string | null} newest newest mailing that this visit has
 * @property {number} visited when a page was last opened, ms
 */
/** @typedef {{ stars: number, read: number, skipped: number, full: number, kept: boolean }} Merged */

export const VERSION = 1;
export const FORMAT = "arxiv-digest reading list";
export const MOST_STARS = 5000;
export const MOST_READ = 20000;
const LARGEST_FILE = 8 * 1024 * 1024;
const VISIT = 6 * 60 * 60 * 1000; // a longer pause ends a visit
const ID = /^(?:\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)*\/\d{7})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]{5,15}Z$/;

export class BadFile extends Error {}
class Newer extends Error {}

/** @returns {State} */
const nothing = () => ({ stars: new Map(), read: new Map(), since: null, newest: null, visited: 0 });

export class Store {
  /** @param {string} name of the digest: its path, because sites of one host share a storage */
  constructor(name) {
    this.key = `arxiv-digest:reading:${name}`;
    /** Whether what is changed will still be there on the next page. */
    this.keeps = true;
    this.state = this.#load(nothing());
  }

  /** What other tabs did meanwhile. */
  refresh() {
    this.state = this.#load(this.state);
  }

  /**
   * A page was opened, and the newest mailing it knows of is `newest`.
   * @param {string | null} newest
   * @param {number} now
   */
  visit(newest, now) {
    this.#change((state) => {
      if (!state.visited) state.since = newest;
      else if (now - state.visited > VISIT) state.since = state.newest ?? newest;
      if (newest && newest > (state.newest ?? "")) state.newest = newest;
      state.visited = now;
    });
  }

  /**
   * @param {string} id
   * @param {string} listed
   */
  isUnread(id, listed) {
    const { read, since } = this.state;
    return !(read.get(id) ?? !(since !== null && listed > since));
  }

  /** @param {string} id */
  isRead(id) {
    return this.state.read.get(id) === true;
  }

  /**
   * @param {Iterable<string>} ids
   * @param {boolean} read
   */
  mark(ids, read) {
    return this.#change((state) => {
      for (const id of ids) put(state.read, id, read);
    });
  }

  /**
   * False when there is no room for another star.
   * @param {string} id
   * @param {Star | null} star null takes it away
   */
  star(id, star) {
    let done = true;
    this.#change((state) => {
      if (!star) state.stars.delete(id);
      else if (state.stars.size < MOST_STARS || state.stars.has(id)) state.stars.set(id, star);
      else done = false;
    });
    return done;
  }

  /** @param {Date} now */
  exported(now) {
    const { stars, read } = written(this.state);
    return JSON.stringify({ format: FORMAT, version: VERSION, exported: now.toISOString(), stars, read }, null, 1);
  }

  /**
   * Adds what a file holds to what is here; nothing that is here goes. Throws `BadFile` with the key of a sentence.
   * @param {string} text
   * @returns {Merged}
   */
  merge(text) {
    if (text.length > LARGEST_FILE) throw new BadFile("import.large");
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      throw new BadFile("import.json");
    }
    if (data?.format !== FORMAT || !Array.isArray(data.stars) || !Array.isArray(data.read)) {
      throw new BadFile("import.other");
    }
    if (!Number.isInteger(data.version) || data.version > VERSION) throw new BadFile("import.newer");
    const theirs = understood(data);
    const merged = { stars: 0, read: 0, skipped: theirs.skipped, full: 0, kept: true };
    merged.kept = this.#change((state) => {
      merged.stars = merged.read = merged.full = 0;
      for (const [id, star] of theirs.stars) {
        const ours = state.stars.get(id);
        if (ours) {
          if (star.at < ours.at) state.stars.set(id, star);
        } else if (state.stars.size < MOST_STARS) {
          state.stars.set(id, star);
          merged.stars += 1;
        } else merged.full += 1;
      }
      // What the file read is older news than what was read here: ours stands at the end, which is kept longest.
      const ours = [...state.read];
      for (const [id, read] of theirs.read) {
        if (state.read.has(id)) continue;
        put(state.read, id, read);
        merged.read += 1;
      }
      for (const [id, read] of ours) put(state.read, id, read);
    });
    return merged;
  }

  /**
   * Reads anew before it changes, so that two tabs don't undo each other. True when the change was kept.
   * @param {(state: State) => void} change
   */
  #change(change) {
    const state = this.#load(this.state);
    change(state);
    this.state = state;
    if (!this.keeps) return false;
    try {
      localStorage.setItem(this.key, JSON.stringify({ version: VERSION, ...written(state) }));
    } catch {
      this.keeps = false; // full, or refused
    }
    return this.keeps;
  }

  /**
   * @param {State} known what to go on with when nothing can be read
   * @returns {State}
   */
  #load(known) {
    if (!this.keeps) return known;
    let text = null;
    try {
      text = localStorage.getItem(this.key);
      if (text === null) return nothing();
      const data = JSON.parse(text);
      if (data?.version > VERSION) throw new Newer();
      const { skipped, ...state } = understood(data);
      if (skipped) this.#setAside(text);
      return state;
    } catch (error) {
      // Refused; or a newer version of this site wrote it, which is not ours to change.
      if (text === null || error instanceof Newer) this.keeps = false;
      else this.#setAside(text);
      return known;
    }
  }

  /**
   * What we could not read stays where a person can find it.
   * @param {string} text
   */
  #setAside(text) {
    try {
      localStorage.setItem(`${this.key}:unreadable`, text);
      localStorage.setItem(this.key, JSON.stringify({ version: VERSION, ...written(understood(safely(text))) }));
    } catch {
      this.keeps = false;
    }
  }
}

/** @param {string} text */
function safely(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The newest entries stand last; the oldest go when there are too many.
 * @param {Map<string, boolean>} read
 * @param {string} id
 * @param {boolean} value
 */
function put(read, id, value) {
  read.delete(id);
  read.set(id, value);
  for (const oldest of read.keys()) {
    if (read.size <= MOST_READ) break;
    read.delete(oldest);
  }
}

/** @param {State} state */
function written(state) {
  return {
    stars: [...state.stars].map(([id, { day, at }]) => [id, day, at]),
    read: [...state.read].map(([id, read]) => [id, read ? 1 : 0]),
    since: state.since,
    newest: state.newest,
    visited: state.visited,
  };
}

/**
 * Everything in `data` that is what it should be, and how many entries were not.
 * @param {any} data anything at all
 * @returns {State & { skipped: number }}
 */
function understood(data) {
  const state = { ...nothing(), skipped: 0 };
  const list = (/** @type {unknown} */ value) => (Array.isArray(value) ? value : []);
  for (const entry of list(data?.stars)) {
    const [id, day, at] = list(entry);
    if (matches(ID, id) && matches(DAY, day) && matches(TIME, at) && state.stars.size < MOST_STARS) {
      state.stars.set(id, { day, at });
    } else state.skipped += 1;
  }
  for (const entry of list(data?.read)) {
    const [id, read] = list(entry);
    if (matches(ID, id) && (read === 0 || read === 1)) put(state.read, id, read === 1);
    else state.skipped += 1;
  }
  if (matches(DAY, data?.since)) state.since = data.since;
  if (matches(DAY, data?.newest)) state.newest = data.newest;
  if (Number.isFinite(data?.visited)) state.visited = data.visited;
  return state;
}

/**
 * @param {RegExp} pattern
 * @param {unknown} value
 */
function matches(pattern, value) {
  return typeof value === "string" && pattern.test(value);
}
