// One stream of events from each node, so that the page outlives any of them. Elements are created once and updated in
// place: rebuilding them twice a second would lose the keyboard's focus and the position of a screen reader.
'use strict';

const LEASE = 10000;
const streams = new Map();
let control = '';
let processes = new Map();
let leader = null;
const gone = new Set();

const byId = (id) => document.getElementById(id);
const numberOf = (node) => (/(\d+)$/.exec(node) || ['', ''])[1];
const seconds = (millis) => (millis / 1000).toFixed(1) + ' s';

function element(tag, properties = {}, ...children) {
	const made = Object.assign(document.createElement(tag), properties);
	made.append(...children);
	return made;
}

function text(target, value) {
	if (target.textContent !== value) {
		target.textContent = value;
	}
}

/** Makes the children of a container match the items, keeping those that stay. */
function sync(container, items, keyOf, make, update) {
	const old = new Map([...container.children].map((child) => [child.dataset.key, child]));
	items.forEach((item, index) => {
		const key = String(keyOf(item));
		let child = old.get(key);
		if (!child) {
			child = make(item);
			child.dataset.key = key;
		}
		old.delete(key);
		if (container.children[index] !== child) {
			container.insertBefore(child, container.children[index] || null);
		}
		update(child, item);
	});
	old.forEach((child) => child.remove());
}

function say(message, bad = false) {
	const now = new Date();
	const time = element('time', { dateTime: now.toISOString(), textContent: now.toLocaleTimeString('en-GB') });
	byId('log').prepend(element('li', { className: bad ? 'bad' : '' }, time, message));
	while (byId('log').children.length > 60) {
		byId('log').lastChild.remove();
	}
}

// Streams

function listen(name, url) {
	const stream = streams.get(name) || { name, url, last: null, at: 0, seen: '' };
	streams.set(name, stream);
	stream.source?.close();
	stream.source = new EventSource(url + '/api/stream');
	stream.source.onmessage = (message) => {
		stream.last = JSON.parse(message.data);
		stream.at = Date.now();
		hear(stream);
	};
	stream.source.onerror = () => {
		if (control) {
			// A browser reports each failed attempt, so the launcher says when a node can be listened to.
			deafen(stream);
		}
		else if (stream.source.readyState === EventSource.CLOSED) {
			setTimeout(() => listen(name, url), 1000);
		}
	};
}

function deafen(stream) {
	stream.source?.close();
	stream.source = null;
}

/** The first message comes from the node that served the page, and names all the others. */
function hear(stream) {
	control = stream.last.control;
	const nodes = Object.entries(stream.last.nodes);
	if (streams.has('')) {
		streams.get('').source.close();
		streams.delete('');
		if (nodes.length === 0) {
			nodes.push([stream.last.node, location.origin]);
		}
	}
	nodes.filter(([name]) => !streams.has(name)).forEach(([name, url]) => listen(name, url));
	const newest = stream.last.events[0];
	if (newest && newest.time !== stream.seen) {
		if (stream.seen) {
			stream.last.events.filter((event) => event.time > stream.seen).reverse()
				.forEach((event) => say(stream.name + ' ' + event.text, event.bad));
		}
		stream.seen = newest.time;
	}
	else if (!newest) {
		stream.seen = stream.seen || '0';
	}
}

const isFresh = (stream) => Date.now() - stream.at < 2500;

/** Whose view of the cluster is shown: the first node that has one. */
function primary() {
	const fresh = [...streams.values()].filter((stream) => stream.last && isFresh(stream));
	return fresh.find((stream) => !stream.last.trouble && stream.last.inTouch) || fresh[0];
}

// Requests to the nodes and to the launcher

async function send(method, url, headers = {}) {
	try {
		const response = await fetch(url, { method, headers });
		const body = await response.text();
		return { status: response.status, body: body ? JSON.parse(body) : {} };
	}
	catch (problem) {
		return { status: 0, body: { reason: 'no answer', detail: 'no answer' } };
	}
}

async function act(name, action) {
	if (action === 'kill') {
		deafen(streams.get(name));
	}
	const answer = await send('POST', `${control}/nodes/${name}/${action}`, { 'X-Sample': 'page' });
	if (answer.status !== 204) {
		say(`${name}: ${action} did not work, ${answer.body.detail || answer.status}`, true);
	}
	await pollControl();
}

async function pause(name) {
	say(`${name} is paused for 20 s`, true);
	await act(name, 'pause');
	setTimeout(() => {
		if ((processes.get(name) || {}).state === 'paused') {
			act(name, 'resume');
		}
	}, 20000);
}

async function pollControl() {
	if (!control) {
		return;
	}
	const answer = await send('GET', control + '/nodes');
	if (answer.status === 200) {
		answer.body.forEach((now) => {
			const before = processes.get(now.name);
			if (before && before.state !== now.state) {
				say(`${now.name}: the process is ${now.state}`, now.state !== 'running');
			}
			if (before && before.cut !== now.cut) {
				say(`${now.name}: ${now.cut ? 'cut off from the broker' : 'connected again'}`, now.cut);
			}
		});
		processes = new Map(answer.body.map((each) => [each.name, each]));
		answer.body.filter((each) => each.answers && !streams.get(each.name)?.source).forEach((each) => listen(each.name, each.url));
	}
}

/** A node to send requests to. */
function anyNode() {
	return (primary() || [...streams.values()][0]).url;
}

async function redeemMany(code, button) {
	const urls = [...streams.values()].filter(isFresh).map((stream) => stream.url);
	button.disabled = true;
	text(byId('burst'), `Redeeming ${code} 200 times from ${urls.length} nodes …`);
	const begin = performance.now();
	const answers = await Promise.all(Array.from({ length: 200 }, (_, i) =>
		send('POST', `${urls[i % urls.length]}/api/attempts?coupon=${encodeURIComponent(code)}&customer=c${i}`)));
	const count = new Map();
	answers.forEach((answer) => {
		const end = answer.body.outcome || answer.body.reason || String(answer.status);
		count.set(end, (count.get(end) || 0) + 1);
	});
	const parts = [...count].sort().map(([end, times]) => `${times} ${end}`).join(', ');
	text(byId('burst'), `${code}: 200 attempts from ${urls.length} nodes in ${seconds(performance.now() - begin)}: ${parts}.`);
	button.disabled = false;
}

// Drawing

function makeNode(stream) {
	const button = (action, label, does) => element('button', { type: 'button', textContent: label, onclick: does,
		ariaLabel: `${label}: ${stream.name}` });
	const buttons = {
		resign: button('resign', 'Resign', () => send('POST', stream.url + '/api/groups/digest/resign')),
		job: button('job', 'Start job', () => send('POST', stream.url + '/api/job')),
		send: button('send', 'Send letters', () => send('POST', stream.url + '/api/newsletter')),
		pause: button('pause', 'Pause 20 s', () => pause(stream.name)),
		resume: button('resume', 'Resume', () => act(stream.name, 'resume')),
		kill: button('kill', 'Kill −9', () => act(stream.name, 'kill')),
		restart: button('restart', 'Restart', () => act(stream.name, 'restart')),
		cut: button('cut', 'Cut off', () => act(stream.name, 'cut')),
		mend: button('mend', 'Reconnect', () => act(stream.name, 'mend')),
	};
	Object.entries(buttons).forEach(([action, each]) => each.dataset.action = action);
	const item = element('li', {},
		element('div', { className: 'head' }, element('h3', { textContent: stream.name }),
			element('span', { className: 'badge state' }),
			element('span', { className: 'badge leader', textContent: 'leads digest' })),
		element('div', { className: 'facts' },
			element('meter', { min: 0, max: LEASE, low: LEASE * 0.5, high: LEASE * 0.9, optimum: 0,
				ariaLabel: `Silence of ${stream.name}` }),
			element('span', { className: 'silence number' }), element('br'),
			element('span', { className: 'numbers number' })),
		element('ul', { className: 'events', ariaLabel: `Latest events of ${stream.name}` }),
		element('div', { className: 'buttons' }, ...Object.values(buttons)));
	item.dataset.node = numberOf(stream.name);
	return item;
}

function stateOf(stream, process) {
	if (process && process.state === 'dead') {
		return ['dead', 'bad', 'dead'];
	}
	if (process && process.state === 'paused') {
		return ['paused', 'warn', 'paused'];
	}
	if (process && process.cut) {
		return ['cut', 'bad', stream.last && isFresh(stream) && !stream.last.inTouch ? 'cut off, and knows it' : 'cut off'];
	}
	if (!stream.last || !isFresh(stream)) {
		return ['silent', 'warn', stream.last ? 'no answer' : 'starting'];
	}
	return stream.last.inTouch ? ['running', 'good', 'running'] : ['lonely', 'bad', 'out of touch'];
}

function drawNode(item, stream, view) {
	const process = processes.get(stream.name);
	const [state, tone, label] = stateOf(stream, process);
	item.dataset.state = state;
	const badge = item.querySelector('.state');
	badge.className = 'badge state ' + tone;
	text(badge, label);

	// The other nodes decide who leads: a paused or dead node cannot take back what it said last.
	const group = view && view.groups.find((each) => each.name === 'digest');
	const speaks = Boolean(stream.last && isFresh(stream) && (!process || process.state === 'running'));
	const leads = speaks && stream.last.leads.includes('digest');
	const front = Boolean(group && group.holder === stream.name);
	const crown = item.querySelector('.leader');
	crown.hidden = !leads && !front;
	text(crown, leads ? 'leads digest' : speaks && stream.last.inTouch ? 'first in line for digest' : 'led digest, not yet replaced');

	// A node that was started again has new sessions beside its old ones; the newest count.
	const ages = new Map();
	(view ? view.sessions : []).filter((session) => session.node === stream.name).forEach((session) =>
		ages.set(session.shard, Math.min(session.silenceMillis, ages.get(session.shard) ?? Infinity)));
	const each = [...ages].sort(([a], [b]) => a - b).map(([, age]) => age);
	const silence = each.length ? Math.max(...each) : LEASE;
	item.querySelector('meter').value = silence;
	text(item.querySelector('.silence'), each.length
		? `heard ${seconds(Math.min(...each))} ago; its sessions ${each.map((age) => (age / 1000).toFixed(1)).join(' · ')}`
		: view && !view.trouble ? 'no session: the others have given it up' : 'no node answers');
	if (view && !view.trouble) {
		if (!each.length && !gone.has(stream.name) && stream.last) {
			gone.add(stream.name);
			say(`${stream.name} no longer has a session: the others have given it up`, true);
		}
		else if (each.length && gone.delete(stream.name)) {
			say(`${stream.name} has joined`);
		}
	}
	// What a node said last may be out of date.
	text(item.querySelector('.numbers'), speaks
		? `holds ${stream.last.held}, ${stream.last.waiting} waiting; job here: ${stream.last.job.here || 'not run'}` : '');
	sync(item.querySelector('.events'), stream.last ? stream.last.events.slice(0, 3) : [], (event) => event.time,
		() => element('li'), (line, event) => {
			line.className = event.bad ? 'bad' : '';
			text(line, new Date(event.time).toLocaleTimeString('en-GB') + ' ' + event.text);
		});

	const alive = !process || process.state !== 'dead';
	const paused = Boolean(process && process.state === 'paused');
	const show = { resign: leads, job: alive && !paused, send: alive && !paused, pause: process && alive && !paused, resume: paused,
		kill: process && alive, restart: process && !alive, cut: process && alive && !process.cut, mend: process && process.cut };
	item.querySelectorAll('button').forEach((button) => {
		const hide = !show[button.dataset.action];
		if (hide && !button.hidden && document.activeElement === button) {
			// The focus goes to the button that takes its place.
			setTimeout(() => item.querySelector('button:not([hidden])')?.focus());
		}
		button.hidden = hide;
	});
}

function drawConsoles(nodes) {
	sync(byId('consoles'), nodes, (stream) => stream.name, (stream) => element('span', {},
		element('a', { href: stream.url + '/pulsar-lock/', textContent: `Console of ${stream.name}` }), ' '),
	(item, stream) => {
		item.hidden = !stream.last || !isFresh(stream);
	});
}

function makeCoupon(coupon) {
	const many = element('button', { type: 'button', textContent: 'Redeem × 200', ariaLabel: `Redeem ${coupon.code} 200 times from all nodes` });
	many.onclick = () => redeemMany(coupon.code, many);
	many.dataset.action = 'redeem';
	const freeze = element('button', { type: 'button' });
	freeze.dataset.action = 'freeze';
	freeze.onclick = () => send('POST', `${anyNode()}/api/coupons/${encodeURIComponent(coupon.code)}/${freeze.value}`);
	const row = element('tr', {}, element('th', { scope: 'row', textContent: coupon.code }),
		element('td', { className: 'number' }, element('meter', { min: 0, max: coupon.stock, ariaLabel: 'Redeemed' }), ' ', element('span')),
		element('td'), element('td', { className: 'number' }), element('td', {}, element('span', { className: 'buttons' }, many, freeze)));
	row.dataset.coupon = coupon.code;
	return row;
}

function drawCoupon(row, coupon) {
	row.querySelector('meter').value = coupon.redemptions;
	const over = coupon.redemptions > coupon.stock || coupon.redemptions !== coupon.redeemed;
	text(row.querySelector('td span'), `${coupon.redemptions} of ${coupon.stock}`);
	row.children[1].classList.toggle('bad', over);
	text(row.children[2], over ? 'OVERSOLD' : coupon.frozen ? 'frozen' : coupon.redemptions === coupon.stock ? 'sold out' : 'on sale');
	row.children[2].className = over ? 'bad' : coupon.frozen ? 'warn' : '';
	text(row.children[3], String(coupon.token));
	const freeze = row.querySelector('[data-action=freeze]');
	freeze.value = coupon.frozen ? 'unfreeze' : 'freeze';
	text(freeze, coupon.frozen ? 'Unfreeze' : 'Freeze');
	freeze.ariaLabel = `${freeze.textContent} ${coupon.code}`;
}

function drawDigest(digest) {
	const summary = byId('digest-summary');
	text(summary, `${digest.sent} sent, ${digest.duplicates} twice, ${digest.missing} missing.`);
	summary.className = digest.duplicates + digest.missing > 0 ? 'bad' : '';
	const words = { SENT: 'sent', LATE: 'sent late', MISSING: 'missing', DUPLICATE: 'sent twice' };
	sync(byId('digest'), digest.slots, (slot) => slot.fireTime, () => element('li', { role: 'listitem' }), (item, slot) => {
		item.dataset.state = slot.state;
		item.dataset.node = numberOf(slot.node);
		text(item, slot.state === 'MISSING' ? '✕' : slot.state === 'DUPLICATE' ? '2×' : numberOf(slot.node));
		const label = `${new Date(slot.fireTime).toLocaleTimeString('en-GB')} ${words[slot.state]} ${slot.node && 'by ' + slot.node}`;
		if (item.title !== label) {
			item.title = item.ariaLabel = label;
		}
	});
}

/** A node may be there several times, once for each of its batches. */
function drawSenders(list, nodes) {
	const seen = new Map();
	const batches = nodes.map((node) => {
		seen.set(node, (seen.get(node) || 0) + 1);
		return { node, key: node + '/' + seen.get(node) };
	});
	sync(list, batches, (batch) => batch.key, (batch) => element('li', { className: 'badge', textContent: batch.node }),
		(item, batch) => {
			item.dataset.node = numberOf(batch.node);
		});
}

function draw() {
	const nodes = [...streams.values()].filter((stream) => stream.name)
		.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
	const from = primary();
	const view = from && from.last;
	sync(byId('nodes'), nodes, (stream) => stream.name, makeNode, (item, stream) => drawNode(item, stream, view));
	drawConsoles(nodes);
	text(byId('source'), !from ? 'No node answers, so nothing is known.'
		: view.trouble ? `No node has a view of the cluster; ${from.name} says: ${view.trouble}` : `As ${from.name} sees it.`);
	if (!view) {
		sync(byId('coupons'), [], () => '');
		sync(byId('digest'), [], () => '');
		drawSenders(byId('sending'), []);
		drawSenders(byId('waiting'), []);
		['digest-summary', 'job-text'].forEach((id) => text(byId(id), ''));
		byId('job').value = 0;
		byId('issue').disabled = true;
		return;
	}
	byId('issue').disabled = false;
	const group = view.groups.find((each) => each.name === 'digest');
	if (group && leader !== group.holder) {
		if (leader) {
			say(`${group.holder} follows ${leader} as leader of digest`);
		}
		leader = group.holder;
	}
	sync(byId('coupons'), view.coupons, (coupon) => coupon.code, makeCoupon, drawCoupon);
	drawDigest(view.digest);
	byId('job').max = view.job.steps;
	byId('job').value = view.job.done;
	drawSenders(byId('sending'), view.newsletter.sending);
	drawSenders(byId('waiting'), view.newsletter.waiting);
	text(byId('job-text'), `${view.job.done} of ${view.job.steps}${view.job.node && ', by ' + view.job.node}`);
}

byId('issue').onclick = async () => {
	const known = new Set([...byId('coupons').children].map((row) => row.dataset.coupon));
	let number = 1;
	while (known.has('SPRING-' + number)) {
		number++;
	}
	const code = 'SPRING-' + number;
	const answer = await send('PUT', `${anyNode()}/api/campaigns/spring/coupons/${code}?stock=100`);
	say(answer.status === 200 ? `${code} is issued` : `${code} is not issued: ${answer.body.detail}`, answer.status !== 200);
};

listen('', '');
setInterval(draw, 250);
setInterval(pollControl, 1000);
