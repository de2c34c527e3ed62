// The page asks only its own node, so it shows what that node knows. When the node does not answer, nothing is known and
// nothing is shown. Elements are created once and updated in place: rebuilding them at each refresh would lose the
// keyboard's focus and the position of a screen reader.
import { clock, describe, duration, number, sentence, visible } from './format.js';

const HEADER = 'X-Pulsar-Lock-Console';
const PATIENCE = 2000;
const LONGEST_PAUSE = 8000;
const SHOWN_ENTRIES = 200;

// A screen reader announces only these entries, not what comes and goes.
const SPOKEN = new Set(['LOST', 'LEADER', 'VACANT', 'LEFT', 'OUT_OF_TOUCH', 'IN_TOUCH']);

const byId = (id) => document.getElementById(id);
const body = document.body;
const initial = new URLSearchParams(location.hash.slice(1));

const query = {
	q: initial.get('q') ?? '', sort: initial.get('sort') ?? 'name', waited: initial.get('waited') === 'true',
	locks: 0, groups: 0, rests: 0, nodes: 0
};
let refresh = 2000;
let writes = false;
let paused = false;
let controller = null;
let timer = 0;
let answeredAt = 0;
let retry = 0;
let retryAt = 0;
let epoch = '';
let newest = 0;
let opened = null;
let announced = false;

// Elements

function element(tag, properties = {}, ...children) {
	const made = document.createElement(tag);
	for (const [key, value] of Object.entries(properties)) {
		if (key in made) {
			made[key] = value;
		}
		else {
			made.setAttribute(key, value);
		}
	}
	made.append(...children);
	return made;
}

function text(target, value) {
	if (target.textContent !== value) {
		target.textContent = value;
	}
}

/** A name apart from the text around it, whatever direction it is written in. */
const nameOf = (value) => element('bdi', { className: 'name', textContent: visible(value) });

/** Makes the children of a container match the items, keeping those that stay. */
function sync(container, items, keyOf, make, update) {
	const old = new Map([...container.children].map((child) => [child.key, child]));
	items.forEach((item, index) => {
		const key = keyOf(item);
		const child = old.get(key) ?? Object.assign(make(item), { key });
		old.delete(key);
		if (container.children[index] !== child) {
			container.insertBefore(child, container.children[index] ?? null);
		}
		update(child, item);
	});
	old.forEach((child) => child.remove());
}

// Requests to the node

class Denied extends Error {
}

async function ask(path, parameters, signal, method = 'GET', headers = {}) {
	const response = await fetch(`${path}?${new URLSearchParams(parameters)}`,
		{ method, headers: { Accept: 'application/json', ...headers }, cache: 'no-store', redirect: 'manual', signal });
	const isJson = (response.headers.get('Content-Type') ?? '').startsWith('application/json');
	if (response.type === 'opaqueredirect' || response.status === 401 || response.status === 403 || (response.ok && !isJson)) {
		throw new Denied(isJson ? (await response.json()).reason : undefined);
	}
	if (!response.ok) {
		throw new Error(`Status ${response.status}`);
	}
	return response.json();
}

/** Looks once; a previous look that is still in progress is cancelled. */
async function look() {
	clearTimeout(timer);
	controller?.abort();
	const mine = new AbortController();
	controller = mine;
	const limit = setTimeout(() => mine.abort(), PATIENCE);
	try {
		const [state, detail] = await Promise.all([ask('api/state', { ...query, epoch, after: newest }, mine.signal),
			opened ? ask('api/detail', { kind: opened.kind, name: opened.name }, mine.signal) : null]);
		if (controller === mine) {
			answered(state, detail);
			next(refresh);
		}
	}
	catch (problem) {
		if (controller === mine) {
			if (problem instanceof Denied) {
				denied();
			}
			else {
				lost();
			}
		}
	}
	finally {
		clearTimeout(limit);
	}
}

function next(millis) {
	clearTimeout(timer);
	if (!paused && !document.hidden) {
		timer = setTimeout(look, millis);
	}
}

function answered(state, detail) {
	answeredAt = Date.now();
	retry = 0;
	refresh = state.refreshMillis;
	writes = state.writes;
	body.dataset.state = state.inTouch ? 'live' : 'apart';
	body.classList.remove('late');
	// Opening a detail of a paused page refreshes the whole page once.
	text(byId('status'), paused ? `Paused at ${clock(new Date())}` : state.inTouch ? 'Live' : 'Out of touch');
	const origin = byId('origin');
	if (origin.dataset.node !== state.node) {
		origin.dataset.node = state.node;
		origin.replaceChildren('As ', nameOf(state.node), ' sees it');
	}
	document.title = `${state.inTouch ? '' : 'Out of touch: '}${visible(state.node)} – Pulsar Lock`;
	drawTimeline(state.timeline);
	if (state.inTouch) {
		banner();
		drawSummary(state);
		drawLocks(state.locks);
		drawGroups(state.groups);
		drawRests(state.rests);
		drawNodes(state.nodes);
		if (detail) {
			drawDetail(detail);
		}
	}
	else {
		clear('Not known while this node is out of touch.');
		banner(`This node answers but is out of touch with the lock cluster: ${visible(state.reason)}`);
	}
}

/** Removes every number that may be out of date. */
function lost() {
	const first = body.dataset.state !== 'lost';
	retry = Math.min(retry ? retry * 2 : 1000, LONGEST_PAUSE);
	retryAt = Date.now() + retry;
	if (first) {
		body.dataset.state = 'lost';
		body.classList.remove('late');
		text(byId('status'), 'No answer');
		document.title = 'No answer – Pulsar Lock';
		clear('Not known: this node does not answer.');
		banner(`No answer from this node since ${clock(answeredAt ? new Date(answeredAt) : new Date())}. What it knew is not shown, because it may have changed.`,
			['Try now', look]);
	}
	next(retry);
}

function denied() {
	body.dataset.state = 'denied';
	text(byId('status'), 'Not allowed');
	document.title = 'Not allowed – Pulsar Lock';
	clear('Not known.');
	banner('The application no longer accepts the requests of this page; the login may have expired.', ['Reload', () => location.reload()]);
}

function clear(why) {
	document.querySelectorAll('[data-number]').forEach((each) => text(each, '–'));
	for (const id of ['locks', 'groups', 'rests', 'nodes']) {
		const section = byId(id);
		if (section.querySelector('tbody').contains(document.activeElement)) {
			section.querySelector('h2').tabIndex = -1;
			section.querySelector('h2').focus();
		}
		section.querySelector('tbody').replaceChildren();
		text(section.querySelector('caption'), why);
		section.querySelector('nav').hidden = true;
	}
	if (opened) {
		drawDetail({ found: false, reason: why });
	}
}

function banner(message, action) {
	const place = byId('banner');
	if (place.dataset.message === (message ?? '')) {
		return;
	}
	place.dataset.message = message ?? '';
	place.replaceChildren(...(message ? [element('p', { textContent: message })] : []),
		...(action ? [element('button', { type: 'button', textContent: action[0], onclick: action[1] })] : []));
}

// Drawing

function drawSummary(state) {
	const numbers = { ...state.totals, held: state.statistics.held };
	document.querySelectorAll('[data-number]').forEach((each) => {
		const key = each.dataset.number;
		text(each, key === 'silence' ? duration(state.statistics.silenceMillis) : number(numbers[key]));
	});
}

function since(place, millis) {
	const date = new Date(answeredAt - millis);
	if (!place.firstChild) {
		place.append(element('span', { className: 'plainly' }, element('time'), element('span', { className: 'soft' })));
	}
	const [time, span] = place.firstChild.children;
	// Computed anew at each look, it would jump by a second now and then.
	if (Math.abs(Date.parse(time.dateTime) - date.getTime()) > 1500 || !time.dateTime) {
		time.dateTime = date.toISOString();
		text(time, clock(date));
	}
	text(span, ` · ${duration(millis)}`);
}

function line(cell, row) {
	const known = `${row.waiting} ${row.next.join('\n')}`;
	if (cell.known !== known) {
		cell.known = known;
		const names = row.next.flatMap((node, index) => [index ? ', ' : ': ', nameOf(node)]);
		cell.replaceChildren(element('span', { className: 'plainly' }, ...(row.waiting === 0 ? ['–']
			: [number(row.waiting), ...names, row.waiting > row.next.length ? ' …' : ''])));
	}
}

/** A row whose head opens its detail; the labels are for narrow screens. */
function makeRow(kind, row, ...labels) {
	const head = element('button', { type: 'button', className: 'open', ariaHasPopup: 'dialog' }, nameOf(row.name));
	head.onclick = () => open(kind, row.name, head);
	return element('tr', { role: 'row' }, element('th', { scope: 'row', role: 'rowheader' }, head),
		...labels.map((label) => {
			const cell = element('td', { role: 'cell' });
			cell.dataset.label = label;
			return cell;
		}));
}

const tag = () => element('span', { className: 'tag', textContent: 'this node' });

function holder(cell, place) {
	const known = `${place.node} ${place.own}`;
	if (cell.known !== known) {
		cell.known = known;
		cell.replaceChildren(element('span', { className: 'plainly' }, nameOf(place.node), ...(place.own ? [' ', tag()] : [])));
	}
}

function drawTable(id, part, what, make, update) {
	const section = byId(id);
	const one = part.found === 1;
	text(section.querySelector('caption'), part.found === 0 ? `No ${what[1]}${query.q || (id === 'locks' && query.waited) ? ' found' : ''}.`
		: part.pages > 1 ? `${number(part.first)} to ${number(part.first + part.rows.length - 1)} of ${number(part.found)} ${what[1]}`
			: `${number(part.found)} ${one ? what[0] : what[1]}`);
	sync(section.querySelector('tbody'), part.rows, (row) => row.name, make, update);
	const nav = section.querySelector('nav');
	nav.hidden = part.pages < 2;
	query[id] = part.page;
	if (!nav.firstChild) {
		const turn = (by) => {
			if (nav.querySelector(by < 0 ? '.back' : '.forth').ariaDisabled !== 'true') {
				query[id] += by;
				look();
			}
		};
		nav.append(element('button', { type: 'button', className: 'back', textContent: 'Previous', onclick: () => turn(-1) }),
			element('span'), element('button', { type: 'button', className: 'forth', textContent: 'Next', onclick: () => turn(1) }));
	}
	text(nav.children[1], `Page ${number(part.page + 1)} of ${number(part.pages)}`);
	// Not disabled: that would take the focus away.
	nav.querySelector('.back').ariaDisabled = String(part.page === 0);
	nav.querySelector('.forth').ariaDisabled = String(part.page === part.pages - 1);
}

function drawLocks(part) {
	drawTable('locks', part, ['lock', 'locks'], (row) => makeRow('locks', row, 'Holder', 'Token', 'Since', 'In line'), (tr, row) => {
		const cells = tr.children;
		holder(cells[1], row.holder);
		cells[2].className = 'number token';
		text(cells[2], row.holder.token);
		since(cells[3], row.heldMillis);
		line(cells[4], row);
		tr.classList.toggle('waited', row.waiting > 0);
	});
}

function drawGroups(part) {
	drawTable('groups', part, ['group', 'groups'], (row) => makeRow('groups', row, 'Leader', 'Since', 'In line'), (tr, row) => {
		holder(tr.children[1], row.holder);
		since(tr.children[2], row.heldMillis);
		line(tr.children[3], row);
	});
}

/** Most clusters have none. */
function drawRests(part) {
	const section = byId('rests');
	if (part.found === 0 && section.contains(document.activeElement)) {
		byId('locks-title').focus();
	}
	section.hidden = part.found === 0;
	drawTable('rests', part, ['resting lock', 'resting locks'], (row) => makeRow('rests', row, 'For another'),
		(tr, row) => text(tr.children[1], duration(row.restsMillis)));
}

function heard(sessions) {
	const ages = sessions.map((session) => session.silenceMillis);
	const [least, most] = [Math.min(...ages), Math.max(...ages)];
	const range = (most - least < 100) ? duration(most) : `${(least / 1000).toFixed(1)} to ${duration(most)}`;
	return `${sessions.length}, ${range} ago`;
}

function drawNodes(part) {
	drawTable('nodes', part, ['node', 'nodes'], (row) => makeRow('nodes', row, 'Sessions', 'Locks', 'Waits'), (tr, row) => {
		const cells = tr.children;
		if (tr.own !== row.own) {
			tr.own = row.own;
			cells[0].replaceChildren(cells[0].firstChild);
			if (row.own) {
				cells[0].append(' ', tag());
			}
		}
		text(cells[1], heard(row.sessions));
		cells[2].className = cells[3].className = 'number';
		text(cells[2], number(row.holds));
		text(cells[3], number(row.waits));
	});
}

function drawTimeline(timeline) {
	const list = byId('entries');
	if (timeline.epoch !== epoch) {
		epoch = timeline.epoch;
		newest = 0;
		list.replaceChildren();
		announced = false;
	}
	const spoken = [];
	for (const entry of timeline.entries) {
		newest = Math.max(newest, entry.number);
		const { tone, word, text: parts } = describe(entry);
		const date = new Date(Date.now() - entry.agoMillis);
		const item = element('li', { className: entry.routine ? 'routine' : '' },
			element('time', { dateTime: date.toISOString(), textContent: clock(date) }),
			element('span', { className: `word ${tone}`, textContent: word }),
			element('span', {}, ...parts.map((part) => part.name === undefined ? part : nameOf(part.name))));
		list.prepend(item);
		if (SPOKEN.has(entry.type) && tone !== 'plain') {
			spoken.push(sentence(entry));
		}
	}
	while (list.children.length > SHOWN_ENTRIES) {
		list.lastChild.remove();
	}
	byId('timeline-empty').hidden = list.children.length > 0;
	// Events before the page was opened are not announced.
	if (announced && spoken.length > 0) {
		text(byId('announcer'), spoken.slice(-3).join('. ') + (spoken.length > 3 ? `. And ${spoken.length - 3} more.` : '.'));
	}
	announced = true;
}

// One lock, group or node

const TITLES = { locks: 'Lock ', groups: 'Leader group ', rests: 'Resting lock ', nodes: 'Node ' };

async function open(kind, name, opener) {
	opened = { kind, name, opener };
	byId('detail-title').replaceChildren(TITLES[kind], nameOf(name));
	text(byId('detail-result'), '');
	byId('detail-facts').replaceChildren();
	byId('detail-line').replaceChildren();
	byId('detail-actions').replaceChildren();
	text(byId('detail-line-title'), '');
	text(byId('detail-note'), 'Loading …');
	byId('detail').showModal();
	byId('detail-title').focus();
	await look();
}

function drawDetail(answer) {
	const detail = answer.found ? answer.detail : null;
	const gone = { locks: 'No node holds or awaits this lock.', groups: 'This group has no candidate.', rests: 'This lock does not rest.', nodes: 'This node has no session.' };
	text(byId('detail-note'), detail ? '' : answer.reason ?? gone[opened.kind]);
	const facts = byId('detail-facts');
	const list = byId('detail-line');
	if (!detail) {
		facts.replaceChildren();
		list.replaceChildren();
		byId('detail-actions').replaceChildren();
		text(byId('detail-line-title'), '');
		return;
	}
	const isNode = opened.kind === 'nodes';
	const isRest = opened.kind === 'rests';
	const rests = detail.restsMillis === undefined ? [] : [['Rests', `for another ${duration(detail.restsMillis)}`]];
	const rows = isNode
		? [['Locks', number(detail.holds)], ['Waits for', number(detail.waits)]]
		: isRest ? rests
		: [[opened.kind === 'groups' ? 'Leader' : 'Holder', visible(detail.holder.node) + (detail.holder.own ? ' (this node)' : '')],
			['Session', visible(detail.holder.session)], [opened.kind === 'groups' ? 'Term' : 'Token', detail.holder.token],
			['In front for', duration(detail.heldMillis)],
			['In front since', clock(new Date(answeredAt - detail.heldMillis))], ...rests,
			...(opened.kind === 'groups' ? [['This node', detail.leads ? 'leads' : detail.candidate ? 'is a candidate' : 'is not a candidate']] : [])];
	sync(facts, rows, ([label]) => label, ([label]) => element('div', {}, element('dt', { textContent: label }), element('dd')),
		(row, [, value]) => text(row.lastChild, value));
	text(byId('detail-line-title'), isNode ? 'Sessions' : isRest ? '' : detail.waiting === 0 ? 'No node is in line'
		: `${number(detail.waiting)} in line${detail.line.length < detail.waiting ? `, the first ${detail.line.length}` : ''}`);
	list.hidden = isRest || (!isNode && detail.waiting === 0);
	if (isNode) {
		sync(list, detail.sessions, (session) => session.id, (session) => element('li', {}, element('span'),
			...(writes && !session.own ? [action('Expel', `Expel session ${session.id}`, () => confirm(
				'Expel the session?', `Session ${session.id} of ${visible(opened.name)} in shard ${session.shard} ends a little earlier than it would by itself, and its locks go to the next in line. It is refused unless the session has been silent for long enough.`,
				'Expel', { kind: 'sessions', name: session.id }))] : [])),
			(item, session) => text(item.firstChild, `Shard ${session.shard}: heard ${duration(session.silenceMillis)} ago, ${visible(session.id)} `));
	}
	else if (!isRest) {
		sync(list, detail.line, (place) => place.token, (place) => element('li', {}, nameOf(place.node),
			`${place.own ? ' (this node)' : ''}, ${opened.kind === 'groups' ? 'term' : 'token'} ${place.token}`), () => {});
	}
	drawActions(detail);
}

function action(label, longer, does) {
	return element('button', { type: 'button', textContent: `${label} …`, ariaLabel: longer, onclick: does });
}

function drawActions(detail) {
	const place = byId('detail-actions');
	const kind = opened.kind;
	if (!writes || kind === 'nodes') {
		place.replaceChildren();
		return;
	}
	const known = `${kind} ${detail.holder?.node} ${detail.holders?.length} ${detail.candidate}`;
	if (place.known === known && place.firstChild) {
		return;
	}
	place.known = known;
	const name = opened.name;
	const shown = visible(name);
	const made = [];
	if (kind === 'locks') {
		made.push(action('Release', `Release lock ${shown}`, () => confirm('Release the lock?',
			`“${shown}” is taken away from ${detail.holders ? 'all its holders' : `its holder on node ${visible(detail.holder.node)}`}. ${detail.holders ? 'They are' : 'The holder is'} notified, and interrupted in annotated methods; code that neither listens nor checks its lock continues.`,
			'Release', { kind, name })));
	}
	else if (kind === 'rests') {
		made.push(action('End rest', `End the rest of lock ${shown}`, () => confirm('End the rest?',
			`“${shown}” may be granted again at once, on any node. Its rest keeps a job that is due once from running again on a node whose clock is behind.`,
			'End rest', { kind, name })));
	}
	else {
		made.push(action('Resign', `Resign the leadership of ${shown}`, () => confirm('Resign the leadership?',
			`Node ${visible(detail.holder.node)} gives up the leadership of “${shown}”, and the next in line leads.`, 'Resign', { kind, name })));
	}
	if (kind === 'groups' && detail.candidate) {
		const job = element('input', { type: 'text', id: 'job', maxLength: 512, autocomplete: 'off', spellcheck: false });
		made.push(element('label', { htmlFor: 'job', textContent: 'Job (bean.method)' }), job,
			action('Forget its fire time', `Forget the fire time of the job in ${shown}`, () => {
				if (job.value.trim() === '') {
					text(byId('detail-result'), 'Which job? Enter the name of its bean, a dot and the name of its method.');
					job.focus();
					return;
				}
				confirm('Forget the fire time?', `Job “${visible(job.value.trim())}” of “${shown}” may start again for fire times that have already been claimed.`,
					'Forget', { kind: 'firetimes', name, job: job.value.trim() });
			}));
	}
	place.replaceChildren(...made);
}

byId('detail').addEventListener('close', () => {
	const opener = opened?.opener;
	opened = null;
	// The row may be gone.
	(opener?.isConnected ? opener : byId('search')).focus();
});
byId('detail-close').onclick = () => byId('detail').close();

let confirmed = null;

function confirm(title, message, label, order) {
	const opener = document.activeElement;
	text(byId('confirm-title'), title);
	text(byId('confirm-text'), message);
	text(byId('confirm-yes'), label);
	confirmed = { order, opener };
	byId('confirm').showModal();
	byId('confirm-no').focus();
}

byId('confirm').addEventListener('close', () => {
	const opener = confirmed?.opener;
	(opener?.isConnected ? opener : byId('detail-title')).focus();
	confirmed = null;
});
byId('confirm-no').onclick = () => byId('confirm').close();
byId('confirm-yes').onclick = async () => {
	const { order } = confirmed;
	byId('confirm').close();
	text(byId('detail-result'), 'Sending …');
	text(byId('detail-result'), await end(order));
	await look();
};

async function end(order) {
	const signal = AbortSignal.timeout(15000);
	const own = { [HEADER]: 'page' };
	try {
		const token = await ask('api/token', {}, signal, 'GET', own);
		const answer = await ask('api/end', order, signal, 'POST', token.header ? { ...own, [token.header]: token.value } : own);
		return answer.done ? 'Done.' : `Refused: ${visible(answer.reason)}`;
	}
	catch (problem) {
		return problem instanceof Denied ? `Refused: ${problem.message || 'the application does not allow it.'}`
			: 'No answer: check whether it was done.';
	}
}

// User input

let typing = 0;

function filtered() {
	Object.assign(query, { q: byId('search').value.trim(), sort: byId('sort').value, waited: byId('waited').checked, locks: 0, groups: 0, rests: 0, nodes: 0 });
	const kept = new URLSearchParams();
	if (query.q) {
		kept.set('q', query.q);
	}
	if (query.sort !== 'name') {
		kept.set('sort', query.sort);
	}
	if (query.waited) {
		kept.set('waited', 'true');
	}
	history.replaceState(null, '', `#${kept}`);
	look();
}

byId('search').value = query.q;
byId('sort').value = query.sort;
byId('waited').checked = query.waited;
byId('search').oninput = () => {
	clearTimeout(typing);
	typing = setTimeout(filtered, 200);
};
byId('sort').onchange = byId('waited').onchange = filtered;
byId('filter').onsubmit = (event) => {
	event.preventDefault();
	clearTimeout(typing);
	filtered();
};
byId('routine').onchange = () => byId('timeline').classList.toggle('without-routine', !byId('routine').checked);

byId('pause').onclick = () => {
	paused = !paused;
	byId('pause').ariaPressed = String(paused);
	body.classList.toggle('paused', paused);
	if (paused) {
		clearTimeout(timer);
		text(byId('status'), `Paused at ${clock(new Date())}`);
	}
	else {
		look();
	}
};

document.addEventListener('visibilitychange', () => {
	if (!document.hidden && !paused && body.dataset.state !== 'denied') {
		look();
	}
});

// Shows that an answer is overdue before the request times out.
setInterval(() => {
	if (!paused && !document.hidden && (body.dataset.state === 'live' || body.dataset.state === 'apart')) {
		const late = Date.now() - answeredAt > refresh + 700;
		if (late && !body.classList.contains('late')) {
			body.classList.add('late');
			text(byId('status'), 'Waiting for an answer');
		}
	}
}, 250);

look();
