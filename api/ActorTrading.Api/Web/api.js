// Who is looking on, and how the page asks for things.

const RetryAfter = 10_000;
const RenewBefore = 60_000;

let token = null;
let endsAt = 0;
let ask = null;
let renewing = null;
let timer = null;
let over = () => {};

/** Calls back when the session cannot be renewed any more: somebody has to sign in. */
export const onSignedOut = callback => { over = callback; };

/** The token to open a connection with; a new one where it is about to end, as after a night's sleep. */
export async function accessToken() {
  if (Date.now() > endsAt - RenewBefore / 2) await renew();
  return token;
}

export async function get(path) {
  let response = await fetch(`api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  if (response.status === 401 && await renew()) {
    response = await fetch(`api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  }
  if (!response.ok) throw new Error(await problem(response));
  return response.json();
}

/** Every page of a list. */
export async function getAll(path) {
  const items = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await get(`${path}?limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    items.push(...page.items);
    cursor = page.next ?? null;
  }
  return items;
}

/** A session for looking on, where this installation shows a demo; false where it does not. */
export async function startDemo() {
  const demo = async () => {
    const response = await fetch('demo/session');
    if (!response.ok) throw await failure(response);
    return response.json();
  };
  try {
    keep(await demo(), demo);
    return true;
  } catch {
    return false;
  }
}

export async function signIn(login, password, otp) {
  const session = await post('auth/login', { login, password, otp: otp || undefined });
  let { refreshToken } = session;
  keep(session, async () => {
    const next = await post('auth/refresh', { refreshToken });
    ({ refreshToken } = next);
    return next;
  });
}

function keep(session, next) {
  token = session.accessToken;
  endsAt = Date.now() + session.expiresIn * 1000;
  ask = next;
  schedule(Math.max(RetryAfter, session.expiresIn * 1000 - RenewBefore));
}

function schedule(delay) {
  clearTimeout(timer);
  timer = setTimeout(renew, delay);
}

/** Asks once, whoever wants it meanwhile; a server that is away is asked again, one that refuses ends the session. */
function renew() {
  if (!ask) return Promise.resolve(false);
  return renewing ??= (async () => {
    try {
      keep(await ask(), ask);
      return true;
    } catch (error) {
      if (error.status === 401) {
        ask = null;
        over();
      } else {
        schedule(RetryAfter);
      }
      return false;
    } finally {
      renewing = null;
    }
  })();
}

async function post(path, body) {
  const response = await fetch(`api/v1/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!response.ok) throw await failure(response);
  return response.json();
}

const failure = async response => Object.assign(new Error(await problem(response)), { status: response.status });

const problem = async response => (await response.json().catch(() => ({}))).detail ?? `The server answered ${response.status}.`;
