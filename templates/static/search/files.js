// @ts-check
// Fetches the files of the index and reads their lists. digest/outputs/search/postings.py says what they hold: each
// character of a list is a number.

const SCHEMA = 1;
const DAY_ONE = Date.UTC(1991, 0, 1) / 86_400_000;
const CARDS = 8;
const BLOCK = 64;
const EVERYTHING_AFTER = "\u{10ffff}";

/** A file that could not be had. `gone`: the server answered that there is none, so the site has been built anew. */
export class Unreachable extends Error {
  /** @param {string} address @param {boolean} gone */
  constructor(address, gone) {
    super(address);
    this.gone = gone;
  }
}

/**
 * @typedef {{ id: string, path: string, listed: string, title: string, titles: [string, string][], lead: string[],
 *   more: number, withdrawn: boolean }} Card
 * @typedef {Map<string, number[]>} Papers field → numbers of papers, ascending
 * @typedef {Map<string, Map<string, number[]>>} Terms term → field → numbers of papers, ascending
 * @typedef {{ text: string, starts: Map<string, number> }} Spots `field` + `term` → where its places start
 */

/** The whole index: segments, newest first. */
export class Index {
  /**
   * @param {string} base address of its folder
   * @param {typeof fetch} ask
   */
  static async open(base, ask = (...given) => fetch(...given)) {
    const files = new Files(base, ask);
    const found = JSON.parse(await files.text("index.json", "no-cache"));
    if (found.schema !== SCHEMA) throw new Unreachable(base, true);
    return new Index(files, found);
  }

  /** @param {Files} files @param {any} found */
  constructor(files, found) {
    /** @type {string[]} */
    this.categories = found.categories;
    /** @type {Segment[]} */
    this.segments = found.segments.map((/** @type {any} */ each) => new Segment(files, each));
    this.size = this.segments.reduce((sum, segment) => sum + segment.size, 0);
  }
}

/** Files by path, each asked for once; one that failed may be asked for again. */
class Files {
  /** @param {string} base @param {typeof fetch} ask */
  constructor(base, ask) {
    this.base = base;
    this.ask = ask;
    /** @type {Map<string, Promise<any>>} */
    this.known = new Map();
  }

  /** @param {string} path @param {RequestCache} cache */
  async text(path, cache = "default") {
    const address = this.base + path;
    let answer;
    try {
      answer = await this.ask(address, { cache });
      if (answer.ok) return await answer.text();
    } catch {
      throw new Unreachable(address, false);
    }
    throw new Unreachable(address, answer.status === 404);
  }

  /**
   * What `read` makes of a file.
   * @template T
   * @param {string} path
   * @param {(text: string) => T} read
   * @returns {Promise<T>}
   */
  once(path, read) {
    const known = this.known.get(path);
    if (known) return known;
    const asked = this.text(path).then(read);
    this.known.set(path, asked);
    asked.catch(() => this.known.delete(path));
    return asked;
  }
}

/** Papers of one time. They have numbers from 0, the newest first. */
export class Segment {
  /** @param {Files} files @param {any} told */
  constructor(files, told) {
    this.files = files;
    /** @type {string} */
    this.name = told.name;
    /** @type {number} */
    this.size = told.size;
    /** @type {string} */
    this.since = told.since;
    /** @type {string} */
    this.until = told.until;
    /** @type {number} */
    this.undated = told.undated;
    /** @type {Map<string, string[] | null>} kind → where its blocks of bounds begin; null when there is one file */
    this.shelves = new Map(
      Object.entries(told.shelves).map(([kind, tops]) => [kind, tops === null ? null : listed(/** @type {string} */ (tops))]),
    );
    /** @type {boolean} */
    this.cjkNames = told.cjk_names;
  }

  /**
   * Papers with exactly this term, in each field.
   * @param {string} kind @param {string} term
   * @returns {Promise<Papers>}
   */
  async papers(kind, term) {
    if (!this.shelves.has(kind)) return new Map();
    return (await this.terms(`${kind}${await this.file(kind, term)}`)).get(term) ?? new Map();
  }

  /**
   * The terms that begin so and pass a test.
   * @param {string} kind @param {string} prefix @param {(term: string) => boolean} test
   * @returns {Promise<Map<string, Papers>>}
   */
  async beginning(kind, prefix, test) {
    if (!this.shelves.has(kind)) return new Map();
    const [first, last] = await Promise.all([prefix, prefix + EVERYTHING_AFTER].map((term) => this.file(kind, term)));
    const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const files = await Promise.all(numbers.map((number) => this.terms(`${kind}${number}`)));
    return new Map(files.flatMap((terms) => [...terms].filter(([term]) => term.startsWith(prefix) && test(term))));
  }

  /**
   * Where a term stands in some of its papers.
   * @param {string} kind @param {string} term @param {string} field
   * @param {number[]} papers all that have it in this field
   * @param {Uint16Array} wanted by paper
   * @param {(paper: number, place: number) => void} note
   */
  async places(kind, term, field, papers, wanted, note) {
    const { text, starts } = await this.spots(`${kind}${await this.file(kind, term)}`);
    let at = starts.get(field + term) ?? text.length;
    for (const paper of papers) {
      let code;
      do {
        code = text.charCodeAt(at);
        at += 1;
        if (wanted[paper]) note(paper, code >> 1);
      } while (!(code & 1) && at < text.length);
    }
  }

  /**
   * Minutes since 1970 at which each paper was submitted, UTC; NaN where nobody told.
   * @param {boolean} exact without, the first minute of the day will do
   */
  async times(exact) {
    /** @param {string} path */
    const numbers = (path) => this.files.once(`${this.name}/${path}`, (text) => text);
    const [days, minutes] = await Promise.all([numbers("days.txt"), exact ? numbers("minutes.txt") : ""]);
    return Array.from({ length: this.size }, (_, index) => {
      const day = days.charCodeAt(index) - 1;
      return day < 0 ? NaN : (DAY_ONE + day) * 1440 + (exact ? minutes.charCodeAt(index) - 1 : 0);
    });
  }

  /**
   * What a result shows of a paper.
   * @param {number} paper
   * @returns {Promise<Card>}
   */
  async card(paper) {
    const block = Math.floor(paper / CARDS);
    const cards = await this.files.once(`${this.name}/cards${block}.json`, JSON.parse);
    const [id, path, day, title, titles, lead, more, withdrawn] = cards[paper % CARDS];
    return { id, path, listed: day, title, titles, lead, more, withdrawn };
  }

  /** Number of the file that a term would be in. @param {string} kind @param {string} term */
  async file(kind, term) {
    const tops = this.shelves.get(kind);
    if (!tops) return 0;
    const block = reached(tops, term);
    const bounds = await this.files.once(`${this.name}/${kind}${block}from.txt`, listed);
    return block * BLOCK + reached(bounds, term);
  }

  /** @param {string} file @returns {Promise<Terms>} */
  terms(file) {
    return this.files.once(`${this.name}/${file}.txt`, termsOf);
  }

  /** @param {string} file @returns {Promise<Spots>} */
  async spots(file) {
    const terms = await this.terms(file);
    return this.files.once(`${this.name}/${file}at.txt`, (text) => spotsOf(text, terms));
  }
}

/** @param {string} bounds */
function listed(bounds) {
  return bounds ? bounds.split("\n") : [];
}

/** @param {string} text @returns {Terms} */
function termsOf(text) {
  const terms = new Map();
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    const fields = new Map();
    terms.set(text.slice(at, end), fields);
    at = end + 1;
    while (text[at] !== "\n") {
      const letter = text[at];
      const papers = new Array(text.charCodeAt(at + 1));
      at += 2;
      for (let which = 0, paper = 0; which < papers.length; which += 1, at += 1) {
        paper += text.charCodeAt(at);
        papers[which] = paper;
      }
      fields.set(letter, papers);
    }
    at += 1;
  }
  return terms;
}

/** @param {string} text @param {Terms} terms the same, in the same order @returns {Spots} */
function spotsOf(text, terms) {
  const starts = new Map();
  let at = 0;
  for (const [term, fields] of terms) {
    for (const [letter, papers] of fields) {
      starts.set(letter + term, at);
      for (let left = papers.length; left > 0; at += 1) left -= text.charCodeAt(at) & 1;
    }
  }
  return { text, starts };
}

/**
 * How many of the bounds are not after a term.
 * @param {string[]} bounds @param {string} term
 */
function reached(bounds, term) {
  let [low, high] = [0, bounds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(bounds[middle], term)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Whether `one` comes after `other` by code points, as Python sorts; JavaScript would sort by halves of them.
 * @param {string} one @param {string} other
 */
function isAfter(one, other) {
  const [left, right] = [[...one], [...other]];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    if (left[at] !== right[at]) {
      return /** @type {number} */ (left[at].codePointAt(0)) > /** @type {number} */ (right[at].codePointAt(0));
    }
  }
  return left.length > right.length;
}
