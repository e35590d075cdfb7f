// Accounts, and what happens in them: the ledger's entries as they become durable.

import { priceText } from './quotes.js';

const RowsMax = 40;
const accounts = new Map();
const orders = new Map();
const positions = new Map();

export function showAccounts(list, links) {
  const leaders = new Set(links.map(l => l.leaderAccountId));
  const followers = new Set(links.map(l => l.followerAccountId));
  const role = id => leaders.has(id) ? 'leader' : followers.has(id) ? 'follower' : '';
  const rank = a => ({ leader: 0, follower: 1 })[role(a.id)] ?? 2;
  const sorted = list.filter(a => a.status === 'active').sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  document.querySelector('#accounts').replaceChildren(...sorted.map(account => {
    const row = document.createElement('tr');
    for (const [text, kind] of [[account.name], [role(account.id), 'muted'], [money(account.balance), 'num'], ['', 'num'], ['', 'num']])
      row.append(cell(text, kind));
    accounts.set(account.id, { ...account, role: role(account.id), row, latencies: [] });
    return row;
  }));
  return sorted;
}

export function takeStatus(status) {
  const account = accounts.get(status.accountId);
  if (!account) return;
  account.row.children[2].textContent = money(status.balance);
  account.row.children[3].textContent = money(status.equity);
}

/** One entry of an account's ledger. */
export function takeTrade(update) {
  const account = accounts.get(update.accountId);
  if (!account) return;
  switch (update.kind) {
    case 'orderSubmitted':
      remember(orders, update.order.id, update.order);
      if (update.order.type !== 'market') show(update, account, `${update.order.side} ${update.order.type} placed`, update.order);
      break;
    case 'dealExecuted': {
      const { deal } = update;
      remember(positions, deal.positionId, deal.symbol);
      const what = deal.entry === 'in' ? deal.side : `close ${deal.side === 'buy' ? 'sell' : 'buy'}`;
      show(update, account, `${what}${reason(deal.reason)}`, deal, orders.get(deal.orderId));
      break;
    }
    case 'positionModified':
      show(update, account, stops(update), { symbol: positions.get(update.positionId) });
      break;
    case 'orderRejected':
      show(update, account, `rejected: ${update.message}`, orders.get(update.orderId) ?? {}, null, 'down');
      break;
    case 'orderCancelled':
      show(update, account, 'order cancelled', orders.get(update.orderId) ?? {});
      break;
    case 'copyDecided':
      takeDecision(update, account);
      break;
    case 'stoppedOut':
      show(update, account, `stop-out at ${update.marginLevel} %`, {}, null, 'down');
      break;
  }
}

/** A follower's decision: the copy latency is from the leader's entry to it, both as they became durable. */
function takeDecision(update, account) {
  if (update.outcome === 'skipped' && !update.orderIds?.length && !update.reason) return;
  const micros = sinceMicros(update.leaderCommittedAt ?? update.leaderAt, update.at);
  if (update.outcome !== 'copied') {
    if (update.outcome === 'failed') show(update, account, `not copied: ${update.reason}`, {}, null, 'down');
    return;
  }
  for (const id of update.orderIds ?? []) {
    const row = document.querySelector(`tr[data-order="${id}"] td:last-child`);
    if (row) row.textContent = duration(micros);
    else remember(orders, id, { ...(orders.get(id) ?? {}), copyMicros: micros });
  }
  account.latencies = [...account.latencies.slice(-49), micros];
  const sorted = account.latencies.toSorted((a, b) => a - b);
  account.row.children[4].textContent = duration(sorted[sorted.length >> 1]);
}

function show(update, account, what, { symbol, volume, price, side }, order, kind) {
  const body = document.querySelector('#trades');
  body.querySelector('.empty')?.remove();
  const row = document.createElement('tr');
  row.className = `new ${account.role}`;
  if (update.deal) row.dataset.order = update.deal.orderId;
  const latency = order?.copyMicros ?? (order?.copy || update.deal?.reason === 'copy' ? null : undefined);
  row.append(cell(update.at.slice(11, 23), 'muted'), cell(account.name), cell(what, kind ?? (side === 'buy' ? 'up' : side === 'sell' ? 'down' : '')),
    cell(symbol ?? ''), cell(volume?.toFixed(2) ?? '', 'num'), cell(priceText(symbol, price), 'num'), cell(latency === undefined ? '' : latency === null ? '…' : duration(latency), 'num'));
  // What is caught up on comes account by account: each row goes where its time belongs.
  row.dataset.at = update.at;
  const older = [...body.children].find(other => other.dataset.at <= update.at);
  body.insertBefore(row, older ?? null);
  while (body.children.length > RowsMax) body.lastChild.remove();
}

function remember(map, key, value) {
  map.delete(key);
  map.set(key, value);
  if (map.size > 2000) map.delete(map.keys().next().value);
}

const stops = ({ positionId, stopLoss, takeProfit }) =>
  `SL ${priceText(positions.get(positionId), stopLoss) || 'none'} · TP ${priceText(positions.get(positionId), takeProfit) || 'none'}`;
const reason = name => ({ stopLoss: ' · SL', takeProfit: ' · TP', trailingStop: ' · trailing', stopOut: ' · stop-out' })[name] ?? '';
const money = value => value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const duration = micros => micros < 10_000 ? `${(micros / 1000).toFixed(2)} ms` : micros < 10_000_000 ? `${(micros / 1000).toFixed(0)} ms` : `${(micros / 1e6).toFixed(1)} s`;

/** Times carry more digits than a Date keeps. */
function sinceMicros(from, to) {
  const split = text => {
    const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
    return [Date.parse(text.replace(/\.\d+/, '')), Number(fraction.padEnd(6, '0').slice(0, 6))];
  };
  const [[a, aMicros], [b, bMicros]] = [split(from), split(to)];
  return Math.max(0, (b - a) * 1000 + bMicros - aMicros);
}

function cell(text, kind) {
  const td = document.createElement('td');
  td.textContent = text;
  if (kind) td.className = kind;
  return td;
}
