import { render } from 'preact';
import type { ServerPage } from '../../dashboard/protocol.js';
import { ComparisonView } from './comparison/comparison.js';
import { LiveApp } from './live/app.js';
import type { ComparisonModel, PageModel } from './model.js';
import { Report } from './report.js';
import { Shell } from './shell/shell.js';
import './style.css';

/** What #data can hold. */
type Data = PageModel | ComparisonModel | ServerPage;

const report = (model: PageModel) => <Report model={model} />;

function Content({ data }: { data: Data }) {
  if (data.kind === 'server') return <LiveApp page={data} report={report} />;
  if (data.kind === 'comparison') return <ComparisonView model={data} />;
  return report(data);
}

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as Data;
const root = document.createElement('div');
document.body.prepend(root);
render(
  <Shell language={data.language}>
    <Content data={data} />
  </Shell>,
  root,
);
// What the address names is there only now.
if (location.hash.length > 1) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
