// The live screen: signs in, asks once for what there is, then lives from the hub.

import { accessToken, get, getAll, signIn, startDemo } from './api.js';
import { countQuotes, showSymbols, takeQuotes } from './quotes.js';
import { showAccounts, takeStatus, takeTrade } from './trades.js';
import { takeAlert } from './alerts.js';

const lastSeq = new Map();
let symbols = [];

function state(name, text = name) {
  const shown = document.querySelector('#connection');
  shown.dataset.state = name;
  shown.textContent = text;
}

async function open() {
  const [list, accounts, links] = await Promise.all([get('/market/symbols'), getAll('/accounts'), getAll('/copy-trading/links')]);
  symbols = list.items;
  showSymbols(symbols);
  const shown = showAccounts(accounts, links);
  // A little of the past, so that the screen is not empty: the ledger's last entries.
  for (const account of shown) lastSeq.set(account.id, Math.max(0, account.seq - 12));
  document.querySelector('#screen').hidden = false;
  for (const account of shown) get(`/accounts/${account.id}/status`).then(takeStatus, () => {});
  const { items } = await get('/users/me/notifications?limit=10');
  for (const { payload } of items.reverse()) if (payload.alertId) takeAlert(payload);
  await connect();
}

async function connect() {
  const hub = new signalR.HubConnectionBuilder()
    .withUrl('hubs/trading', { accessTokenFactory: accessToken })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: retry => Math.min(10_000, 500 * 2 ** retry.previousRetryCount) })
    .configureLogging(signalR.LogLevel.Warning)
    .build();
  hub.on('MarketData', takeQuotes);
  hub.on('TradeUpdate', update => {
    lastSeq.set(update.accountId, update.seq);
    takeTrade(update);
  });
  hub.on('AccountStatus', takeStatus);
  hub.on('AlertTriggered', takeAlert);
  hub.on('ConnectionStatus', () => {});
  hub.on('SystemStatus', () => {});
  hub.onreconnecting(() => state('disconnected', 'reconnecting'));
  hub.onreconnected(() => subscribe(hub));
  hub.onclose(() => {
    state('disconnected');
    setTimeout(() => start(hub), 2000);
  });
  await start(hub);
}

async function start(hub) {
  try {
    await hub.start();
    await subscribe(hub);
  } catch (error) {
    state('disconnected', `disconnected: ${error.message}`);
    setTimeout(() => start(hub), 3000);
  }
}

/** Also after a break: each account goes on after the last entry seen. */
async function subscribe(hub) {
  await hub.invoke('SubscribeSymbols', symbols.map(s => s.symbol));
  for (const [account, seq] of lastSeq) await hub.invoke('SubscribeAccount', account, seq);
  state('connected');
}

setInterval(() => {
  document.querySelector('#rate').textContent = `${countQuotes()} quotes/s on this screen`;
}, 1000);

const form = document.querySelector('#sign-in');
form.addEventListener('submit', async event => {
  event.preventDefault();
  const { login, password, otp } = Object.fromEntries(new FormData(form));
  try {
    await signIn(login, password, otp);
    form.hidden = true;
    await open();
  } catch (error) {
    form.hidden = false;
    document.querySelector('#sign-in-error').textContent = error.message;
  }
});

if (!window.signalR) {
  state('disconnected', 'signalr.min.js is missing: install npm and build again');
} else if (await startDemo()) {
  await open();
} else {
  state('signed-out', 'not signed in');
  form.hidden = false;
}
