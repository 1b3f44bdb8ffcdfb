/** Style and script of the report page, as they stand in it: their hashes are in its policy. */

export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: #8884; --quiet: light-dark(#5a5a5a, #a8a8a8); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h3 { font-size: 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--quiet); } dd { margin: 0; }
table { border-collapse: collapse; margin: .5rem 0; }
th, td { text-align: left; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line); font-weight: normal; vertical-align: top; }
thead th { color: var(--quiet); } td { font-variant-numeric: tabular-nums; }
summary { cursor: pointer; padding: .3rem 0; }
.question { border-bottom: 1px solid var(--line); } .question[open] { padding-bottom: .8rem; }
.score { display: inline-block; min-width: 3.2rem; font-variant-numeric: tabular-nums; }
.quiet { color: var(--quiet); font-size: .88em; }
.chain { padding-left: 1.4rem; } pre { white-space: pre-wrap; font-size: .9em; }
#filters { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin-bottom: .8rem; }
#filters[hidden] { display: none; }
`;

export const PAGE_SCRIPT = `
const byId = (id) => document.getElementById(id);
const items = [...document.querySelectorAll('.question')];
const texts = items.map((item) => item.textContent.toLowerCase());
function filter() {
  const words = byId('search').value.toLowerCase();
  const category = byId('category').value;
  const answer = byId('answer').value;
  let shown = 0;
  items.forEach((item, at) => {
    const isShown = texts[at].includes(words)
      && (category === '' || item.dataset.category === category)
      && (answer === '' || item.dataset.right === answer);
    item.hidden = !isShown;
    if (isShown) shown += 1;
  });
  byId('count').textContent = shown + ' of ' + items.length;
}
byId('filters').addEventListener('input', filter);
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('filters').hidden = false;
filter();
`;
