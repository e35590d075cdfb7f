// Alerts that have fired, newest first.

const ItemsMax = 50;

export function takeAlert({ symbol, price, time, message }) {
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
}
