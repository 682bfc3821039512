// Runs in pages with a flame graph, without a network: a click or Enter zooms into a frame, Escape or the button goes back,
// arrow keys go to caller, callee and neighbours, and what is searched for is marked. Without it the graph is whole.
const graph = document.querySelector('svg.flame-graph');
const controls = document.querySelector('.flame-controls');
const back = controls.querySelector('button');
const search = controls.querySelector('input');
const said = document.querySelector('output');
const labels = graph.querySelector('.flame-labels');
const whole = { left: 0, right: graph.viewBox.baseVal.width };
const INSET = 0.5;
const CHARACTER = 7.5;
const NARROWEST_LABEL = 3 * CHARACTER;

const number = (rect, name) => Number(rect.getAttribute(name));
// Callers come before what they call, and each row has a height of its own.
const open = new Map();
const frames = [...graph.querySelectorAll('rect')].map((rect) => {
  const [left, y, height] = [number(rect, 'x') - INSET, number(rect, 'y'), number(rect, 'height')];
  const right = left + INSET + number(rect, 'width');
  const row = Math.round(y / (height + INSET));
  const title = rect.querySelector('title').textContent;
  const frame = { rect, left, right, row, title, name: title.slice(0, title.lastIndexOf(': ')) };
  frame.caller = row === 0 ? undefined : open.get(row - 1);
  frame.middle = y + height / 2;
  open.set(row, frame);
  return frame;
});
const frameOf = (rect) => frames.find((frame) => frame.rect === rect);

const zooms = [];
const isShown = (frame) => frame.rect.style.display !== 'none';

function draw() {
  const shown = zooms.at(-1) ?? whole;
  const scale = whole.right / (shown.right - shown.left);
  const texts = [];
  for (const { rect, left, right, row, name, middle } of frames) {
    const from = Math.max(0, (left - shown.left) * scale);
    const to = Math.min(whole.right, (right - shown.left) * scale);
    rect.style.display = to - from > INSET / 2 ? '' : 'none';
    rect.setAttribute('x', from + INSET);
    rect.setAttribute('width', Math.max(INSET / 2, to - from - INSET));
    rect.classList.toggle('caller', shown !== whole && row < shown.row);
    if (to - from < NARROWEST_LABEL) continue;
    const text = document.createElementNS(graph.namespaceURI, 'text');
    text.setAttribute('x', from);
    text.setAttribute('y', middle);
    text.setAttribute('dy', '0.32em');
    text.textContent = name.slice(0, Math.floor((to - from - CHARACTER) / CHARACTER));
    texts.push(text);
  }
  labels.replaceChildren(...texts);
  back.disabled = zooms.length === 0;
}

let tabStop = frames[0];
function focus(frame) {
  tabStop.rect.tabIndex = -1;
  tabStop = frame;
  frame.rect.tabIndex = 0;
  frame.rect.focus();
}

function zoomInto(frame) {
  if (zooms.at(-1) === frame) return;
  zooms.push(frame);
  draw();
  focus(frame);
  said.textContent = `Zoomed into ${frame.title}. Escape goes back.`;
}

function zoomOut() {
  const left = zooms.pop();
  if (left === undefined) return;
  draw();
  focus(left);
  const now = zooms.at(-1);
  said.textContent = now === undefined ? 'The whole graph is shown.' : `Zoomed into ${now.title}.`;
}

function neighbour(frame, key) {
  if (key === 'ArrowUp') return frame.caller;
  if (key === 'ArrowDown') return frames.find((one) => one.caller === frame && isShown(one));
  const row = frames.filter((one) => one.row === frame.row && isShown(one));
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  return step === undefined ? undefined : row[row.indexOf(frame) + step];
}

graph.addEventListener('click', ({ target }) => {
  const frame = frameOf(target);
  if (frame !== undefined) zoomInto(frame);
});
graph.addEventListener('keydown', (event) => {
  const frame = frameOf(event.target);
  if (frame === undefined) return;
  if (event.key === 'Enter' || event.key === ' ') zoomInto(frame);
  else if (event.key.startsWith('Arrow')) {
    const next = neighbour(frame, event.key);
    if (next !== undefined) focus(next);
  } else return;
  event.preventDefault();
});
back.addEventListener('click', zoomOut);
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') zoomOut();
});

search.addEventListener('input', () => {
  const wanted = search.value.trim().toLowerCase();
  let [count, samples] = [0, 0];
  for (const frame of frames) {
    const found = wanted !== '' && frame.name.toLowerCase().includes(wanted);
    frame.isFound = found || frame.caller?.isFound === true;
    frame.rect.classList.toggle('found', found);
    if (found) count++;
    if (found && frame.caller?.isFound !== true) samples += frame.right - frame.left;
  }
  graph.classList.toggle('searching', wanted !== '');
  const share = ((100 * samples) / whole.right).toFixed(1);
  said.textContent = wanted === '' ? '' : `${count} frames found, in ${share} % of the samples`;
});
search.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return;
  const found = frames.find((frame) => frame.rect.classList.contains('found') && isShown(frame));
  if (found !== undefined) focus(found);
});

controls.hidden = false;
draw();
