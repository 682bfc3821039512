// Runs in the report, without a network: shows what a mark stands for when it is pointed at or reached by the keyboard.
// Without this script the marks still have their titles.
const output = document.querySelector('output');

const show = ({ target }) => {
  const title = target instanceof Element ? target.querySelector(':scope > title') : null;
  if (title !== null) output.textContent = title.textContent;
};
document.addEventListener('focusin', show);

// A mark that moves under a pointer at rest is not pointed at.
let [x, y] = [-1, -1];
document.addEventListener('pointerover', (event) => {
  if (event.clientX !== x || event.clientY !== y) show(event);
  [x, y] = [event.clientX, event.clientY];
});
document.addEventListener('pointermove', (event) => {
  [x, y] = [event.clientX, event.clientY];
});
