/** The page's style: light and dark by the reader's preference, readable from 390 px. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #16191d; --muted: #5b6470; --edge: #dde1e6; --grid: #e8ebef; --mark: #9aa3ae;
  --good: #12733c; --good-soft: #e3f4ea; --bad: #c02b2b; --bad-soft: #fde8e8; --warn: #8a5a00; --warn-soft: #fdf1d8;
  --line0: #2a78d6; --line1: #eb6834; --line2: #1a936f; --line3: #8a4fc7; --line4: #b98300; --line5: #d6447f; --line6: #0f8b9d; --line7: #6b7280;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101317; --card: #191d23; --text: #e6e9ed; --muted: #98a2ae; --edge: #2b313a; --grid: #262c34; --mark: #5d6773;
    --good: #55c98a; --good-soft: #15301f; --bad: #ff7b7b; --bad-soft: #3a1a1c; --warn: #f0b64a; --warn-soft: #37290f;
    --line0: #5b9df0; --line1: #f08a5d; --line2: #3dbb93; --line3: #b48cf0; --line4: #dcab3b; --line5: #ee7fae; --line6: #45b8ca; --line7: #9aa3ae;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans KR", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { margin: 0; font-size: 1.1rem; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 32px 0 10px; font-size: 1.05rem; }
.card, figure { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.card { padding: 16px; }
.head { border-left: 6px solid var(--warn); }
.head.pass { border-left-color: var(--good); }
.head.fail { border-left-color: var(--bad); }
.verdict { margin: 2px 0 6px; font-size: 2rem; font-weight: 750; line-height: 1.2; letter-spacing: .01em; color: var(--warn); }
.pass .verdict { color: var(--good); }
.fail .verdict { color: var(--bad); }
ul { margin: 6px 0; padding-left: 20px; }
li { overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 10px 20px; margin: 14px 0 0; padding-top: 12px; border-top: 1px solid var(--edge); }
.facts dt { color: var(--muted); font-size: .8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; padding: 0; }
table { width: 100%; border-collapse: collapse; font-size: .88rem; }
th, td { padding: 8px 12px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--edge); overflow-wrap: anywhere; }
table:not(.stack) td:not(.num) { min-width: 13em; }
th { color: var(--muted); font-weight: 600; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
.num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.sum td { font-weight: 600; }
.muted { color: var(--muted); }
.tag { display: inline-block; padding: 1px 9px; border-radius: 99px; font-size: .8rem; font-weight: 600; white-space: nowrap; color: var(--muted); background: var(--grid); }
.tag.pass { color: var(--good); background: var(--good-soft); }
.tag.fail, .tag.critical { color: var(--bad); background: var(--bad-soft); }
.tag.warn, .tag.inconclusive, .tag.error { color: var(--warn); background: var(--warn-soft); }
#charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 14px; }
figure { margin: 0; padding: 12px 12px 6px; min-width: 0; }
figcaption { margin-bottom: 4px; font-size: .88rem; font-weight: 600; }
.u-legend { font-size: .78rem; color: var(--muted); text-align: left; }
.u-legend th { font-weight: 400; white-space: normal; }
.u-legend th, .u-legend td { border: 0; padding: 1px 3px; }
@media (min-width: 701px) {
  .stack td:nth-child(2) { min-width: 12em; }
}
@media (max-width: 700px) {
  main { padding: 12px 10px 32px; }
  .stack thead { display: none; }
  .stack tr { display: block; padding: 10px 12px; border-bottom: 1px solid var(--edge); }
  .stack tr:last-child { border-bottom: 0; }
  .stack td { display: block; min-width: 0; padding: 1px 0; border: 0; }
  .stack td[data-label]::before { content: attr(data-label) ": "; color: var(--muted); }
  .stack td:empty { display: none; }
}
`;
