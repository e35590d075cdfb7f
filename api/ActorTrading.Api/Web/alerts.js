// Alerts that have fired, newest first.

const ItemsMax = 50;

/** Those shown, by what tells them apart: one may come live and again among the notifications. */
const shown = new Set();

export function takeAlert({ alertId, sequence, symbol, price, time, message }) {
  const key = `${alertId} ${sequence} ${time}`;
  if (shown.has(key)) return;
  shown.add(key);
  const list = document.querySelector('#alerts');
  list.querySelector('.empty')?.remove();
  const item = document.createElement('li');
  item.className = 'new';
  const when = document.createElement('time');
  when.dateTime = time;
  when.textContent = time.slice(11, 19);
  item.append(when, message || `${symbol} at ${price}`);
  list.prepend(item);
  while (list.children.length > ItemsMax) list.lastChild.remove();
  while (shown.size > 4 * ItemsMax) shown.delete(shown.values().next().value);
}
