// The quote board: one row a symbol that has been quoted, painted at most once a frame; the rest is a line below it.

const rows = new Map();
const waiting = new Map();
const unquoted = new Set();
let digits = new Map();
let seen = 0;

export function showSymbols(symbols) {
  digits = new Map(symbols.map(s => [s.symbol, s.digits]));
  for (const { symbol } of symbols) unquoted.add(symbol);
  showUnquoted();
}

/** A symbol's first quote brings its row, which goes where its name belongs. */
function rowOf(symbol) {
  if (rows.has(symbol) || !digits.has(symbol)) return rows.get(symbol);
  const row = document.createElement('tr');
  row.innerHTML = '<th scope="row"></th><td class="num bid"></td><td class="num ask"></td><td class="num muted"></td><td class="num muted"></td>';
  row.firstChild.textContent = symbol;
  const body = document.querySelector('#quotes');
  body.querySelector('.empty')?.remove();
  body.insertBefore(row, [...body.children].find(other => other.firstChild.textContent > symbol) ?? null);
  const known = { row, last: null };
  rows.set(symbol, known);
  unquoted.delete(symbol);
  showUnquoted();
  return known;
}

function showUnquoted() {
  const details = document.querySelector('#unquoted');
  details.hidden = unquoted.size === 0;
  details.querySelector('summary').textContent = `${unquoted.size} without a quote so far`;
  details.querySelector('p').textContent = [...unquoted].join(' · ');
}

export function takeQuotes(quotes) {
  seen += quotes.length;
  if (waiting.size === 0) requestAnimationFrame(paint);
  for (const quote of quotes) waiting.set(quote.symbol, quote);
}

/** Quotes since the last call. */
export function countQuotes() {
  const count = seen;
  seen = 0;
  return count;
}

/** A price with its symbol's digits; empty for none. */
export const priceText = (symbol, price) => price == null ? '' : price.toFixed(digits.get(symbol) ?? 5);

function paint() {
  for (const quote of waiting.values()) {
    const known = rowOf(quote.symbol);
    if (!known) continue;
    const places = digits.get(quote.symbol) ?? 5;
    const [, bid, ask, spread, time] = known.row.children;
    price(bid, quote.bid, known.last?.bid, places);
    price(ask, quote.ask, known.last?.ask, places);
    spread.textContent = ((quote.ask - quote.bid) * 10 ** places).toFixed(0);
    time.textContent = quote.time.slice(11, 19);
    known.last = quote;
  }
  waiting.clear();
}

function price(cell, value, before, places) {
  cell.textContent = value.toFixed(places);
  if (before === undefined || before === value) return;
  cell.classList.remove('rose', 'fell');
  void cell.offsetWidth; // lets the same animation start again
  cell.classList.add(value > before ? 'rose' : 'fell');
}
