// @ts-check
// The query language of config.yaml, as digest/grammar.py reads it (docs/query-language.md). A test holds the two
// together over thousands of queries. Two things are the search page's own: what stands side by side without an
// operator has to be found together, where arXiv takes either; and `topic:`.

import { marked, needle, SPACE } from "./words.js";

/**
 * @typedef {{ kind: "term", field: string, text: string }} Term
 * @typedef {{ kind: "range", start: number, end: number }} Range minutes since 1970, UTC, both included
 * @typedef {{ kind: "and" | "or", parts: Query[] }} Group
 * @typedef {{ kind: "andnot", left: Query, right: Query }} AndNot
 * @typedef {Term | Range | Group | AndNot} Query
 * @typedef {{ kind: string, text: string, place: number }} Token
 * @typedef {{ query: Query, negative: boolean }} Signed
 */

/** @type {Record<string, string>} */
export const PREFIXES = {
  ti: "title", title: "title", abs: "abstract", co: "comment", au: "authors", jr: "journal_ref", id: "id", doi: "doi",
  cat: "category", all: "all",
};
/** @type {Record<string, string>} */
const OWN_PREFIXES = { ...PREFIXES, topic: "topic" };
const DEEPEST = 100;

const SPACES = new RegExp(SPACE, "u");
const EDGES = new RegExp(`^${SPACE}+|${SPACE}+$`, "gu");
const NOT_SPACE = SPACE.replace("[", "[^\"()");

/** @param {string} prefixes */
function tokens(prefixes) {
  return new RegExp(
    `(?<date>(?:submittedDate|lastUpdatedDate):${SPACE}*(?:\\[[^\\]]*\\]|"[^"]*")?)` +
      `|(?<prefix>(?:${prefixes}):)` +
      `|(?<operator>(?:ANDNOT|AND|NOT|OR)(?=[()]|${SPACE}|$))` +
      `|"(?<phrase>[^"]*)"|(?<paren>[()])|(?<word>${NOT_SPACE}+)`,
    "yu",
  );
}
const ARXIV = tokens("abs|all|au|cat|co|doi|id|jr|title|ti");
const OWN = tokens("abs|all|au|cat|co|doi|id|jr|title|ti|topic");

/** What is wrong with a query: `code` and `values` choose the page's words for it. */
export class Wrong extends Error {
  /**
   * @param {string} code
   * @param {number} place character, from 1
   * @param {Record<string, string>} values
   */
  constructor(code, place, values = {}) {
    super(code);
    this.code = code;
    this.place = place;
    this.values = values;
  }
}

/**
 * The query that `text` is. Throws `Wrong` with the first mistake.
 * @param {string} text
 * @param {{ arxiv?: boolean }} options `arxiv`: read as config.yaml does
 * @returns {Query}
 */
export function parse(text, { arxiv = false } = {}) {
  return new Reader(text, arxiv).read();
}

/** @param {Signed} signed @returns {Signed} */
function inverse({ query, negative }) {
  return { query, negative: !negative };
}

/** @param {Query} query @param {"and" | "or"} kind */
function parts(query, kind) {
  return query.kind === kind ? query.parts : [query];
}

/** @param {Signed} left @param {Signed} right @returns {Signed} */
function both(left, right) {
  if (left.negative && right.negative) {
    return { query: { kind: "or", parts: [left.query, ...parts(right.query, "or")] }, negative: true };
  }
  if (left.negative) return { query: { kind: "andnot", left: right.query, right: left.query }, negative: false };
  if (right.negative) return { query: { kind: "andnot", left: left.query, right: right.query }, negative: false };
  return { query: { kind: "and", parts: [left.query, ...parts(right.query, "and")] }, negative: false };
}

/** @param {Signed} left @param {Signed} right @returns {Signed} */
function either(left, right) {
  return inverse(both(inverse(left), inverse(right)));
}

class Reader {
  /** @param {string} text @param {boolean} arxiv */
  constructor(text, arxiv) {
    this.text = text;
    this.prefixes = arxiv ? PREFIXES : OWN_PREFIXES;
    this.missing = arxiv ? "OR" : "AND";
    this.depth = 0;
    this.tokens = this.split(arxiv ? ARXIV : OWN);
    this.next = 0;
  }

  get token() {
    return this.tokens[this.next];
  }

  read() {
    const found = this.expression(null);
    if (this.token.kind) throw this.wrong("closing", this.token);
    if (found.negative) throw this.wrong("unwanted", { kind: "", text: "", place: 0 });
    return found.query;
  }

  /** @param {RegExp} pattern @returns {Token[]} */
  split(pattern) {
    const found = [];
    let place = 0;
    while (place < this.text.length) {
      pattern.lastIndex = place;
      const match = pattern.exec(this.text);
      if (match) {
        const [kind, text] = Object.entries(match.groups ?? {}).find(([, each]) => each !== undefined) ?? ["", ""];
        found.push({ kind: kind === "paren" ? text : kind, text, place });
        place += match[0].length;
      } else if (SPACES.test(this.text[place])) {
        place += 1;
      } else {
        throw this.wrong("quote", { kind: "", text: "", place });
      }
    }
    found.push({ kind: "", text: "", place });
    return found;
  }

  take() {
    const { token } = this;
    if (token.kind) this.next += 1;
    return token;
  }

  /**
   * Operands up to a closing parenthesis or the end.
   * @param {string | null} inherited prefix in front of the parenthesis
   * @returns {Signed}
   */
  expression(inherited) {
    const begin = this.token;
    const first = this.operator();
    if (first === "AND" || first === "OR") throw this.wrong("before", begin, { operator: first });
    const operands = [this.operand(inherited)];
    const operators = [];
    while (this.token.kind !== "" && this.token.kind !== ")") {
      operators.push(this.operator() ?? this.missing);
      operands.push(this.operand(inherited));
    }
    let whole = /** @type {Signed} */ (operands.pop());
    let following = null;
    while (operators.length) {
      const operator = operators.pop();
      const operand = /** @type {Signed} */ (operands.pop());
      if (operator !== following) this.deepen(begin);
      following = operator;
      if (operator === "OR") whole = either(operand, whole);
      else whole = both(operand, operator === "AND" ? whole : inverse(whole));
    }
    return first ? inverse(whole) : whole;
  }

  /** The operator that holds here: the last of several. ANDNOT, NOT and AND NOT are one. */
  operator() {
    let operator = null;
    while (this.token.kind === "operator") operator = this.take().text.replace("ANDNOT", "NOT");
    return operator;
  }

  /** @param {string | null} inherited @returns {Signed} */
  operand(inherited) {
    const token = this.take();
    switch (token.kind) {
      case "(":
        return this.parenthesis(inherited, token);
      case "date":
        return { query: this.range(token), negative: false };
      case "prefix":
        return this.prefixed(this.prefixes[token.text.slice(0, -1)], inherited, token);
      case "phrase":
        return { query: this.term(inherited ?? "all", token), negative: false };
      case "word":
        this.suspect(token);
        return { query: this.term(inherited ?? "all", token), negative: false };
      default:
        throw this.wrong("due", token);
    }
  }

  /** @param {string | null} inherited @param {Token} opening */
  parenthesis(inherited, opening) {
    this.deepen(opening);
    const inner = this.expression(inherited);
    if (this.take().kind !== ")") throw this.wrong("unclosed", opening);
    return inner;
  }

  /** @param {string} field @param {string | null} inherited @param {Token} prefix @returns {Signed} */
  prefixed(field, inherited, prefix) {
    const token = this.take();
    // of nested prefixes the outer one holds
    if (token.kind === "(") return this.parenthesis(inherited ?? field, token);
    if (token.kind !== "word" && token.kind !== "phrase") throw this.wrong("empty", prefix, { prefix: prefix.text });
    return { query: this.term(field, token), negative: false };
  }

  /** @param {string} field @param {Token} token @returns {Term} */
  term(field, token) {
    const text = (field === "authors" ? token.text.replaceAll("_", " ") : token.text).replace(EDGES, "");
    if (needle(text).length === 0) throw this.wrong("letters", token);
    return { kind: "term", field, text };
  }

  /** @param {Token} token */
  suspect(token) {
    const word = token.text;
    if (["and", "or", "not", "andnot"].includes(word.toLowerCase())) {
      throw this.wrong("word", token, { word, operator: word.toUpperCase() });
    }
    const prefix = /^([A-Za-z_]+):(?!\/\/)/u.exec(word);
    if (prefix?.[1] === "rn") throw this.wrong("report", token);
    if (prefix) {
      throw this.wrong("prefix", token, { prefix: prefix[0], prefixes: Object.keys(this.prefixes).join(", ") });
    }
  }

  /** @param {Token} token @returns {Range} */
  range(token) {
    if (token.text.startsWith("lastUpdatedDate")) throw this.wrong("updated", token);
    const dates = token.text.slice("submittedDate:".length);
    const bounds = RANGE.exec(dates);
    const start = bounds ? minute(bounds[1], false) : null;
    const end = bounds ? minute(bounds[2], true) : null;
    if (start === null || end === null || start > end) throw this.wrong("range", token);
    return { kind: "range", start, end };
  }

  /** @param {Token} token */
  deepen(token) {
    this.depth += 1;
    if (this.depth > DEEPEST) throw this.wrong("deep", token);
  }

  /** @param {string} code @param {Token} token @param {Record<string, string>} values */
  wrong(code, token, values = {}) {
    return new Wrong(code, [...this.text.slice(0, token.place)].length + 1, values);
  }
}

const RANGE = new RegExp(
  `^${SPACE}*["[]${SPACE}*([0-9]+)${SPACE}+TO${SPACE}+([0-9]+)${SPACE}*[\\]"]$`, "u",
);

/**
 * The first or last minute of what `digits` name, YYYY to YYYYMMDDHHMM; seconds are cut off. Null when there is none.
 * @param {string} digits
 * @param {boolean} last
 */
function minute(digits, last) {
  const found = /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(\d\d)(?:\d\d)?)?)?)?$/u.exec(digits);
  if (!found) return null;
  const year = Number(found[1]);
  const month = Number(found[2] ?? (last ? 12 : 1));
  const day = Number(found[3] ?? (last ? lengthOf(year, month) : 1));
  const [hours, minutes] = found[4] ? [Number(found[4]), Number(found[5])] : last ? [23, 59] : [0, 0];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > lengthOf(year, month) || hours > 23 || minutes > 59) {
    return null;
  }
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  return Math.floor(time.getTime() / 60000) + hours * 60 + minutes;
}

/** @param {number} year @param {number} month */
function lengthOf(year, month) {
  const time = new Date(0);
  time.setUTCFullYear(year, month, 0);
  return time.getUTCDate();
}

/**
 * `query` in the words of the language, every operator written: how the page says what it looked for.
 * @param {Query} query
 * @returns {string}
 */
export function written(query) {
  switch (query.kind) {
    case "term": {
      const prefix = Object.entries(OWN_PREFIXES).find(([, field]) => field === query.field)?.[0];
      const one = needle(query.text).length === 1 && !/[\s"()]/u.test(query.text) && !marked(query.text).length;
      const text = one ? query.text : `"${query.text}"`;
      return query.field === "all" ? text : `${prefix}:${text}`;
    }
    case "range":
      return `submittedDate:[${stamp(query.start)} TO ${stamp(query.end)}]`;
    case "andnot":
      return `${inner(query.left)} ANDNOT ${inner(query.right)}`;
    default:
      return query.parts.map(inner).join(` ${query.kind.toUpperCase()} `);
  }
}

/** @param {Query} query */
function inner(query) {
  return query.kind === "term" || query.kind === "range" ? written(query) : `(${written(query)})`;
}

/** @param {number} minutes */
function stamp(minutes) {
  return new Date(minutes * 60000).toISOString().slice(0, 16).replace(/[-T:]/gu, "");
}
