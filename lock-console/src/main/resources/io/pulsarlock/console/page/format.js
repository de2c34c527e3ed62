// Texts and formats. Independent of the page.

const whole = new Intl.NumberFormat('en');

export const number = (value) => whole.format(value);

/** A time span, in a precision that suits a reader. */
export function duration(millis) {
	const seconds = millis / 1000;
	if (seconds < 9.95) {
		return `${seconds.toFixed(1)} s`;
	}
	const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
	const whole = Math.round(seconds);
	const index = parts.findIndex(([size]) => whole >= size);
	const [size, unit] = parts[index];
	const rest = parts[index + 1] && Math.floor((whole % size) / parts[index + 1][0]);
	return `${Math.floor(whole / size)} ${unit}${rest ? ` ${rest} ${parts[index + 1][1]}` : ''}`;
}

/** A point in time: the day only if it is another one. */
export function clock(date) {
	const time = date.toLocaleTimeString('en-GB');
	return date.toDateString() === new Date().toDateString() ? time
		: `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

/**
 * A name may be anything. What cannot be seen, or would make other text look different, is
 * shown as its code; a joiner between emoji stays, as it is seen.
 */
export function visible(name) {
	return name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => (char === '\u200d' || char === '\u200c') ? char
		: `\\u{${char.codePointAt(0).toString(16)}}`);
}

const REASONS = {
	NO_ANSWER: 'the cluster did not answer for a whole lease',
	CONNECTION_LOST: 'the connection was not back in time',
	ENDED_BY_CLUSTER: 'the other nodes have ended it',
	HELD_TOO_LONG: 'it was held for longer than its limit',
	NODE_STOPPED: 'the node was stopped',
	RESIGNED: 'it was given up',
	RELEASED_BY_ADMINISTRATOR: 'an administrator released it'
};

const GIVEN_UP = new Set(['RESIGNED', 'NODE_STOPPED']);

/** A part of a sentence that is a name. */
const name = (value) => ({ name: value });

/** What an entry of the timeline says: a tone, a word, and a sentence whose names are marked. */
export function describe(entry) {
	const what = name(entry.name ?? '');
	const node = name(entry.node ?? '');
	switch (entry.type) {
		case 'LOST': {
			const reason = REASONS[entry.reason] ?? entry.reason;
			return GIVEN_UP.has(entry.reason)
				? { tone: 'plain', word: 'Given up', text: [node, ' gave up ', what, ` after ${duration(entry.heldMillis)}: ${reason}`] }
				: { tone: 'bad', word: 'Lost', text: [node, ' lost ', what, ` after ${duration(entry.heldMillis)}: ${reason}`] };
		}
		case 'JEOPARDIZED':
			return { tone: 'warn', word: 'At risk', text: [node, ' may lose ', what, ', which cannot be renewed'] };
		case 'RECOVERED':
			return { tone: 'good', word: 'Kept', text: [node, ' is in touch again and has kept ', what] };
		case 'LEADS':
			return { tone: 'good', word: 'Leads', text: [node, ' leads ', what, `, term ${entry.token}`] };
		case 'LEADER':
			return { tone: 'accent', word: 'Leader', text: [node, ' follows ', name(entry.from), ' as first in line for ', what] };
		case 'VACANT':
			return { tone: 'bad', word: 'No leader', text: [what, ' has had no leader for longer than a lease'] };
		case 'OCCUPIED':
			return { tone: 'good', word: 'Leader', text: [what, ' has a leader again'] };
		case 'MOVED':
			return { tone: 'plain', word: 'Hand-over', text: [what, ' went from ', name(entry.from), ' to ', node] };
		case 'MORE_MOVED':
			return { tone: 'plain', word: 'Hand-over', text: [`${number(entry.count)} more locks changed hands`] };
		case 'JOINED':
			return { tone: 'good', word: 'Joined', text: [node, ' has joined'] };
		case 'REJOINED':
			return { tone: 'warn', word: 'Joined', text: [node, ' has joined again, with new sessions'] };
		case 'LEFT':
			return { tone: 'warn', word: 'Left', text: [node, ' no longer has a session'] };
		case 'OUT_OF_TOUCH':
			return { tone: 'bad', word: 'Out of touch', text: [node, ` is out of touch with the cluster: ${visible(entry.reason)}`] };
		case 'IN_TOUCH':
			return { tone: 'good', word: 'In touch', text: [node, ' is in touch with the cluster again'] };
		case 'BY_HAND':
			return { tone: 'warn', word: 'By hand', text: [visible(entry.text), ' through the console, for ', name(entry.user)] };
		default:
			return { tone: 'plain', word: entry.type, text: [what] };
	}
}

/** The same as one text. */
export const sentence = (entry) => describe(entry).text.map((part) => part.name === undefined ? part : visible(part.name)).join('');
