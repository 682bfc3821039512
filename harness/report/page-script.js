// Runs in the report, without a network: shows what a mark stands for when it is pointed at or reached by the keyboard.
// Arrow keys move between the frames of the flame graph. Without this script the marks still have their titles.
const output = document.querySelector('output');

const titleOf = (target) =>
  target instanceof Element ? target.querySelector(':scope > title')?.textContent : undefined;

for (const event of ['focusin', 'pointerover']) {
  document.addEventListener(event, ({ target }) => {
    const title = titleOf(target);
    if (title !== undefined) output.textContent = title;
  });
}

const frames = [...document.querySelectorAll('rect[tabindex]')];
document.addEventListener('keydown', (event) => {
  const here = frames.indexOf(document.activeElement);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (here < 0 || step === undefined) return;
  event.preventDefault();
  frames[Math.min(frames.length - 1, Math.max(0, here + step))].focus();
});
